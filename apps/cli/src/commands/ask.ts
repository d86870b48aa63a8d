import type { AskCommand } from "../arguments/parse-command.ts";
import type { Io } from "../io.ts";
import { readQuestion } from "./read-question.ts";
import { showSolve } from "./show-solve.ts";

/** `reckon ask`: shows a solve as it goes on, and returns the exit status. */
export async function runAsk(command: AskCommand, io: Io): Promise<number> {
  const question = await readQuestion(command.question, "ask", io);
  const { answerKind, options } = command;
  const problem = { prompt: question, ...(answerKind && { answerKind }) };
  return showSolve(question, command, (reckon, call) => reckon.solve(problem, { ...options, ...call }), io);
}
