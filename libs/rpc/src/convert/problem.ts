import { create } from "@bufbuild/protobuf";
import { type AnswerKind, limits, type Message, type Problem, ReckonError, type Role } from "@reckon/core";
import * as wire from "@reckon/proto/reckon/types/v1/problem";
import { type Border, convertStrictly } from "./border.ts";
import { createEnumMap } from "./enum-map.ts";

/** Answer kinds; unspecified is `undefined`: to be inferred. */
export const answerKinds = createEnumMap<AnswerKind, wire.AnswerKind>(wire.AnswerKindSchema, {
  number: wire.AnswerKind.NUMBER,
  choice: wire.AnswerKind.CHOICE,
  expression: wire.AnswerKind.EXPRESSION,
  code: wire.AnswerKind.CODE,
  "tool-call": wire.AnswerKind.TOOL_CALL,
  text: wire.AnswerKind.TEXT,
});

const roles = createEnumMap<Role, wire.Role>(wire.RoleSchema, {
  system: wire.Role.SYSTEM,
  user: wire.Role.USER,
  assistant: wire.Role.ASSISTANT,
});

/** A problem for the wire; one user message travels as `prompt`. */
export function problemToProto(problem: Problem): wire.Problem {
  const answerKind = answerKinds.toProto(problem.answerKind);
  const [first, ...others] = problem.messages;
  if (first?.role === "user" && others.length === 0) {
    return create(wire.ProblemSchema, { prompt: first.content, answerKind });
  }
  const messages = problem.messages.map(({ role, content }) => ({ role: roles.toProto(role), content }));
  return create(wire.ProblemSchema, { messages, answerKind });
}

/** A problem from a request; throws `invalid-argument` with all that is wrong, paths beginning with `path`. */
export function problemFromProto(problem: wire.Problem | undefined, path = "problem"): Problem {
  return convertStrictly((border) => readProblem(border, path, problem));
}

/** As `problemFromProto`, collecting what is wrong on the border given. */
export function readProblem(border: Border, path: string, problem: wire.Problem | undefined): Problem {
  if (problem === undefined) {
    border.reject(path, "is missing");
    return { messages: [], answerKind: undefined };
  }
  const answerKind = answerKinds.fromRequest(border, `${path}.answer_kind`, problem.answerKind);
  if (problem.messages.length > 0 && problem.prompt !== "") {
    border.reject(path, "has both prompt and messages; one of them is allowed");
    return { messages: [], answerKind };
  }
  if (problem.messages.length > 0) return { messages: readMessages(border, path, problem.messages), answerKind };
  const content = border.text(`${path}.prompt`, problem.prompt, limits.promptBytes, 1);
  if (content !== "" && content.trim() === "") border.reject(`${path}.prompt`, "holds nothing but white space");
  return { messages: [{ role: "user", content }], answerKind };
}

function readMessages(border: Border, path: string, messages: readonly wire.Message[]): Message[] {
  const field = `${path}.messages`;
  if (messages.length > limits.messages) {
    border.reject(field, `${messages.length} messages are more than the limit of ${limits.messages}`);
    return [];
  }
  const bytes = messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), 0);
  if (bytes > limits.promptBytes) {
    border.reject(field, `${bytes} bytes are more than the limit of ${limits.promptBytes} bytes`);
    return [];
  }
  const read = messages.map(({ role, content }, index): Message => {
    const name = `${field}[${index}]`;
    return {
      role: roles.fromRequest(border, `${name}.role`, role) ?? "user",
      content: border.text(`${name}.content`, content, limits.promptBytes),
    };
  });
  const last = read.at(-1);
  const lastField = `${field}[${read.length - 1}]`;
  if (last?.role !== "user")
    border.reject(`${lastField}.role`, `is ${last?.role}; the last message must be the user's`);
  else if (last.content.trim() === "")
    border.reject(`${lastField}.content`, "is empty; the last message asks the question");
  return read;
}

/** Answer kind of a request, alone; throws `invalid-argument` for unknown numbers. */
export function answerKindFromProto(value: number, path = "answer_kind"): AnswerKind | undefined {
  return convertStrictly((border) => answerKinds.fromRequest(border, path, value));
}

/** Throws `data-loss` where a response lacks a message that it must have. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new ReckonError("data-loss", `the peer sent no ${name}`);
  return value;
}
