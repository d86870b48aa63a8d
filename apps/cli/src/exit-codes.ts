import { failureOf } from "./failure.ts";

/** What the command's exit status means; a contract with scripts. */
export const exitCodes = {
  /** There is an answer (`ask`), everything was solved (`batch`), everything works (`doctor`). */
  ok: 0,
  /** No answer, an item that failed, or a failure that no other code names. */
  failed: 1,
  /** The command line, a setting or an input file is wrong, or the server refused the request as invalid. */
  usage: 2,
  /** The server, a service or a model cannot be reached, or is too busy. */
  unavailable: 3,
  /** The time was up before there was an answer. */
  deadline: 4,
  /** Interrupted (Ctrl-C), whether or not there was an answer by then. */
  interrupted: 130,
  /** Nobody reads the output any more (`reckon ask ... | head -1`). */
  brokenPipe: 141,
  /** Ended by SIGTERM or SIGHUP while it was at work. */
  terminated: 143,
} as const;

/** The exit status for a failure. */
export function exitCodeOf(error: unknown): number {
  switch (failureOf(error).code) {
    case "invalid-argument":
      return exitCodes.usage;
    case "unavailable":
    case "resource-exhausted":
    case "truncated":
      return exitCodes.unavailable;
    case "deadline-exceeded":
      return exitCodes.deadline;
    case "cancelled":
      return exitCodes.interrupted;
    default:
      return exitCodes.failed;
  }
}
