import type { AnswerKind, BatchItem, Message, SolveOptions } from "@reckon/client";
import { limits } from "@reckon/core";
import { UsageError } from "../arguments/usage-error.ts";
import { isObject, type JsonObject, readJsonLines, readPromptText } from "./json-lines.ts";

/** What the items of a file have in common. */
export interface BatchInputOptions {
  /** Name of the file, for errors. */
  readonly file: string;
  /** Answer kind of items that name none. */
  readonly answerKind: AnswerKind | undefined;
  /** Options of the command line; an item's own go before them. */
  readonly options: SolveOptions;
}

const roles: readonly unknown[] = ["system", "user", "assistant"];
const answerKinds: readonly unknown[] = ["number", "choice", "expression", "code", "tool-call", "text"];

/**
 * Reads JSON lines into problems: `{"prompt"|"question"|"messages", "id"?, "answer_kind"?, "options"?}`; other keys are left
 * alone, blank lines too. An item without an id has its line number. Throws `UsageError` naming the line of each mistake.
 */
export function parseBatchInput(text: string, options: BatchInputOptions): BatchItem[] {
  const lineOf = new Map<string, number>();
  const items = readJsonLines(text, options.file, (record, number) => {
    const item = readItem(record, number, options);
    const id = item.id as string;
    const before = lineOf.get(id);
    if (before !== undefined) throw new UsageError(`id ${JSON.stringify(id)} was used in line ${before}`);
    lineOf.set(id, number);
    return item;
  });
  if (items.length === 0) throw new UsageError(`${options.file} holds no problem`);
  return items;
}

function readItem(record: JsonObject, number: number, { answerKind, options }: BatchInputOptions): BatchItem {
  const { id = number, prompt, question, messages, options: own } = record;
  if (typeof id !== "string" && typeof id !== "number") throw new UsageError("id must be a text or a number");
  const idBytes = Buffer.byteLength(String(id));
  if (idBytes > limits.idBytes)
    throw new UsageError(`id has ${idBytes} bytes, more than the limit of ${limits.idBytes}`);
  if (own !== undefined && !isObject(own)) throw new UsageError("options must be an object");
  const kind = readAnswerKind(record["answer_kind"] ?? record["answerKind"]) ?? answerKind;
  const base = { id: String(id) === "" ? String(number) : String(id) };
  const mine = own === undefined ? {} : { options: { ...options, ...(own as SolveOptions) } };
  const extra = kind === undefined ? {} : { answerKind: kind };
  if (messages !== undefined) return { ...base, ...mine, problem: { messages: readMessages(messages), ...extra } };
  const text = prompt ?? question;
  if (typeof text !== "string") throw new UsageError('needs a text "prompt" or "question", or "messages"');
  return { ...base, ...mine, problem: { prompt: readPromptText(text, "the prompt"), ...extra } };
}

function readMessages(value: unknown): Message[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new UsageError("messages must be a list with at least one message");
  return value.map((message: unknown, index) => {
    if (!isObject(message) || typeof message["content"] !== "string" || !roles.includes(message["role"])) {
      throw new UsageError(`messages[${index}] needs a role (system, user or assistant) and a text content`);
    }
    return { role: message["role"] as Message["role"], content: message["content"] };
  });
}

function readAnswerKind(value: unknown): AnswerKind | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const word =
    typeof value === "string"
      ? value
          .toLowerCase()
          .replace(/^answer_kind_/, "")
          .replaceAll("_", "-")
      : value;
  if (answerKinds.includes(word)) return word as AnswerKind;
  throw new UsageError(`answer_kind is ${JSON.stringify(value)}; it takes ${answerKinds.join(", ")}`);
}
