import type { Outcome, SolveEvent } from "@reckon/client";
import type { AskCommand } from "../arguments/parse-command.ts";
import type { Io } from "../io.ts";
import { createJsonPresenter } from "./json-presenter.ts";
import { createPlainPresenter } from "./plain-presenter.ts";
import { createViewPresenter } from "./view-presenter.ts";

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
export function createPresenter(command: AskCommand, question: string, io: Io): Presenter {
  const options = { question, debug: command.debug, io };
  if (command.output === "json") return createJsonPresenter(options);
  const live = command.output === "auto" && io.stdout.isTTY === true && io.env["TERM"] !== "dumb";
  return live ? createViewPresenter(options) : createPlainPresenter(options);
}

/** What a presenter is made from. */
export interface PresenterOptions {
  readonly question: string;
  readonly debug: boolean;
  readonly io: Io;
}
