import type { Outcome, Reckon, Solve, SolveCallOptions } from "@reckon/client";
import { ReckonError } from "@reckon/core";
import type { AskCommand } from "../arguments/parse-command.ts";
import { connect } from "../cluster/connect.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { type Interrupts, listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";
import { createPresenter, type Presenter } from "../present/create-presenter.ts";

// How long the server has to answer a cancellation with its best answer before the call is ended instead.
const cancelPatienceMs = 2_000;

/** How a solve is shown, and where it runs. */
export type ShowOptions = Pick<AskCommand, "output" | "debug" | "target">;

/**
 * Shows a solve under a title as it goes on, and returns the exit status. `start` is told how to take a broken connection:
 * services of the command's own that are gone do not come back.
 */
export async function showSolve(
  title: string,
  options: ShowOptions,
  start: (reckon: Reckon, connection: Pick<SolveCallOptions, "reconnect">) => Solve,
  io: Io,
): Promise<number> {
  const interrupts = listenForInterrupts();
  const connecting = connect(options.target, { stderr: io.stderr, signal: interrupts.signal });
  const presenter = await createPresenter(options, title, io);
  let solve: Solve | undefined;
  try {
    // Loaded while the services start.
    const { createReckon } = await import("@reckon/client");
    const { client, cluster } = await connecting;
    presenter.connected();
    solve = start(createReckon(client), cluster === undefined ? {} : { reconnect: false });
    const outcome = await follow(solve, presenter, interrupts);
    await presenter.ended(outcome);
    return interrupts.exitCode() ?? codeOf(outcome);
  } catch (error) {
    const status = exitCodeOf(error);
    await presenter.failed(error, interrupts.exitCode() !== undefined);
    if (status === exitCodes.unavailable && solve?.solveId !== undefined && options.target.url !== undefined) {
      await writeLines(io.stderr, [`(the solve may run on for a while: reckon resume ${solve.solveId})`]);
    }
    return interrupts.exitCode() ?? status;
  } finally {
    presenter.close();
    await connecting.then((connection) => connection.close()).catch(() => undefined); // The error was told above.
    interrupts.close();
  }
}

/** Shows each event. A first signal asks the server for its best answer so far; one that does not come is not waited for. */
async function follow(solve: Solve, presenter: Presenter, { signal }: Interrupts): Promise<Outcome> {
  let patience: NodeJS.Timeout | undefined;
  const onInterrupt = () => {
    // Before its first event a solve has no id to cancel by and nothing to show.
    if (solve.solveId === undefined) return solve.abort();
    patience = setTimeout(() => solve.abort(), cancelPatienceMs);
    solve.cancel().catch(() => solve.abort());
  };
  if (signal.aborted) throw new ReckonError("cancelled", "interrupted");
  signal.addEventListener("abort", onInterrupt, { once: true });
  try {
    for await (const event of solve) await presenter.event(event);
    return await solve.outcome();
  } finally {
    clearTimeout(patience);
    signal.removeEventListener("abort", onInterrupt);
  }
}

function codeOf({ answer, stopReason }: Outcome): number {
  if (answer !== undefined) return exitCodes.ok;
  return stopReason === "deadline" ? exitCodes.deadline : exitCodes.failed;
}
