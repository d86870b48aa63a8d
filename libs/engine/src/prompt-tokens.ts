import { ReckonError } from "@reckon/core";
import type { Tokenizer } from "./tokenizer.ts";

/** What a sequence is framed with, and how long it may be. */
export interface PromptFormat {
  readonly bosId: number;
  readonly sepId: number;
  readonly contextLength: number;
}

/** Texts longer than this are refused by a lower bound on their tokens, without tokenizing megabytes on the caller's thread. */
const maxCountedBytes = 131_072;

/**
 * `<bos> prompt <sep>`. Throws `invalid-argument` for a prompt without text, and for one that leaves no room for an answer
 * in the model's context.
 */
export function promptTokens(prompt: string, tokenizer: Tokenizer, format: PromptFormat): Int32Array {
  if (prompt.trim() === "") throw badText("prompt", "is empty; a question is needed");
  const text = encodeBounded("prompt", prompt, tokenizer, format.contextLength - 3, format.contextLength);
  return Int32Array.of(format.bosId, ...text, format.sepId);
}

/** The tokens with a prefix after them; throws `invalid-argument` where no room is left for an answer. */
export function withPrefix(tokens: Int32Array, prefix: string, tokenizer: Tokenizer, format: PromptFormat): Int32Array {
  if (prefix === "") return tokens;
  const room = format.contextLength - tokens.length - 1;
  const text = encodeBounded("prefix", prefix, tokenizer, room, format.contextLength, tokens.length);
  const all = new Int32Array(tokens.length + text.length);
  all.set(tokens);
  all.set(text, tokens.length);
  return all;
}

function encodeBounded(
  field: string,
  text: string,
  tokenizer: Tokenizer,
  room: number,
  contextLength: number,
  before = 0,
): Int32Array {
  const bytes = Buffer.byteLength(text);
  const counted = bytes <= maxCountedBytes;
  const ids = counted ? tokenizer.encode(text) : undefined;
  const count = ids?.length ?? Math.ceil(bytes / tokenizer.longestToken);
  if (ids !== undefined && count <= room) return ids;
  const has = `has ${counted ? "" : "at least "}${count.toLocaleString("en-US")} tokens`;
  const taken = before === 0 ? "" : `, ${before} of which the prompt takes`;
  throw badText(field, `${has}; the model's context is ${contextLength} tokens${taken}, with 1 left for the answer`);
}

function badText(field: string, description: string): ReckonError {
  return new ReckonError("invalid-argument", `${field} ${description}`, { violations: [{ field, description }] });
}
