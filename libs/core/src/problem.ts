/** What kind of answer a problem has; decides how answers are extracted, compared and clustered. */
export type AnswerKind = "number" | "choice" | "expression" | "code" | "tool-call" | "text";

/** Who wrote a message. */
export type Role = "system" | "user" | "assistant";

/** One message of a conversation. */
export interface Message {
  readonly role: Role;
  readonly content: string;
}

/** What is asked: messages, the last one from the user, and the kind of answer (`undefined`: to be inferred). */
export interface Problem {
  readonly messages: readonly Message[];
  readonly answerKind: AnswerKind | undefined;
}

/** A problem of one user message. */
export function problemFromPrompt(prompt: string, answerKind?: AnswerKind): Problem {
  return { messages: [{ role: "user", content: prompt }], answerKind };
}

/** The text of the last user message: the question itself. Empty where there is none. */
export function questionOf(problem: Problem): string {
  return problem.messages.findLast((message) => message.role === "user")?.content ?? "";
}
