import type { MessageInitShape } from "@bufbuild/protobuf";
import { type MessageSchema, Role } from "@reckon/proto/reckon/types/v1/problem";
import { unsupportedParam, wrongParam } from "./api-error.ts";
import { isObject } from "./json.ts";

const roles: Readonly<Record<string, Role>> = {
  system: Role.SYSTEM,
  developer: Role.SYSTEM,
  user: Role.USER,
  assistant: Role.ASSISTANT,
};

// Fields that answers of chat APIs carry, so that a client may send back what it got. Thoughts of earlier turns are not part
// of a prompt: that is how reasoning models are asked.
const ofAnswers = new Set(["reasoning_content", "reasoning", "refusal", "annotations"]);
const emptyOnly = new Set(["tool_calls", "function_call", "audio", "name", "tool_call_id"]);

/** The messages of a chat request; sizes and the order of roles are checked where every solve's are. */
export function readMessages(messages: unknown): MessageInitShape<typeof MessageSchema>[] {
  if (!Array.isArray(messages)) throw wrongParam("messages", "is no array of messages");
  if (messages.length === 0) throw wrongParam("messages", "is empty; at least 1 message is needed");
  return messages.map((message: unknown, index) => readMessage(message, `messages[${index}]`));
}

function readMessage(message: unknown, path: string) {
  if (!isObject(message)) throw wrongParam(path, "is no object");
  const { role, content, ...others } = message;
  const known = typeof role === "string" ? roles[role] : undefined;
  if (known === undefined) {
    const named = ["tool", "function"].includes(String(role));
    const description = `is ${JSON.stringify(role)}; system, developer, user and assistant are served`;
    throw named ? unsupportedParam(`${path}.role`, description) : wrongParam(`${path}.role`, description);
  }
  for (const [name, value] of Object.entries(others)) {
    if (ofAnswers.has(name) && known === Role.ASSISTANT) continue;
    const empty = value === null || (Array.isArray(value) && value.length === 0);
    if (emptyOnly.has(name) && empty) continue;
    throw unsupportedParam(`${path}.${name}`, "is not supported");
  }
  return { role: known, content: readContent(content, `${path}.content`) };
}

function readContent(content: unknown, path: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw wrongParam(path, "is neither text nor an array of text parts");
  return content.map((part: unknown, index) => readPart(part, `${path}[${index}]`)).join("");
}

function readPart(part: unknown, path: string): string {
  if (!isObject(part)) throw wrongParam(path, "is no object");
  if (part["type"] !== "text") {
    throw unsupportedParam(`${path}.type`, `is ${JSON.stringify(part["type"])}; text alone is served`);
  }
  if (typeof part["text"] !== "string") throw wrongParam(`${path}.text`, "is no text");
  return part["text"];
}
