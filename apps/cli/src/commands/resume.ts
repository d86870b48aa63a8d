import type { ResumeCommand } from "../arguments/parse-command.ts";
import type { Io } from "../io.ts";
import { showSolve } from "./show-solve.ts";

/** `reckon resume`: shows a solve that was begun elsewhere, from where the caller knows it. Ctrl-C cancels it, as for `ask`. */
export function runResume(command: ResumeCommand, io: Io): Promise<number> {
  const { solveId, after } = command;
  return showSolve(`solve ${solveId}`, command, (reckon) => reckon.resume(solveId, { after }), io);
}
