import type { Problem } from "@reckon/core";

/** What chat templates put around a message and before the first one, in tokens; the largest in use are below 100. */
const TEMPLATE_TOKENS = 128;
const MESSAGE_TOKENS = 16;

/**
 * The most tokens that a problem can be as a prompt: no tokenizer makes more tokens than there are UTF-8 bytes. `extraBytes`
 * is for what a backend adds, such as an instruction.
 */
export function promptTokenBound(problem: Problem, extraBytes = 0): number {
  const bytes = problem.messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), 0);
  return bytes + extraBytes + problem.messages.length * MESSAGE_TOKENS + TEMPLATE_TOKENS;
}
