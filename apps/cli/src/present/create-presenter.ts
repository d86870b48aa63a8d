import type { Outcome, SolveEvent } from "@reckon/client";
import type { AskCommand } from "../arguments/parse-command.ts";
import type { Io } from "../io.ts";

/** Shows one solve to the user, in whatever form. */
export interface Presenter {
  /** The server was reached; thinking has not begun yet. */
  connected(): void;
  event(event: SolveEvent): Promise<void>;
  /** The outcome stands. */
  ended(outcome: Outcome): Promise<void>;
  /** There will be no outcome; `interrupted` where the user wanted it so. */
  failed(error: unknown, interrupted: boolean): Promise<void>;
  /** Gives the terminal back; may be called at any time, more than once. */
  close(): void;
}

/** The presenter that a command and its stdout ask for: a live view on a terminal, JSON where asked, else plain lines. */
export async function createPresenter(
  command: Pick<AskCommand, "output" | "debug" | "target">,
  question: string,
  io: Io,
): Promise<Presenter> {
  const options = { question, debug: command.debug, io };
  if (command.output === "json") return (await import("./json-presenter.ts")).createJsonPresenter(options);
  // The services' log would be written across the view.
  const logged = command.target.verbose && io.stderr.isTTY === true;
  const live = command.output === "auto" && io.stdout.isTTY === true && io.env["TERM"] !== "dumb" && !logged;
  if (live) return (await import("./view-presenter.ts")).createViewPresenter(options);
  return (await import("./plain-presenter.ts")).createPlainPresenter(options);
}

/** What a presenter is made from. */
export interface PresenterOptions {
  readonly question: string;
  readonly debug: boolean;
  readonly io: Io;
}
