import { Worker } from "node:worker_threads";
import { ReckonError } from "@reckon/core";
import { crashCommand, type WorkerReady } from "./serve-worker.ts";

/** A worker thread that is started again when it crashes. */
export interface WorkerHost<Command> {
  /** Throws `unavailable` while the worker cannot be started, `failed-precondition` once it is closed. */
  post(command: Command): void;
  /** Posts a command that frees something; without a worker there is nothing to free. */
  release(command: Command): void;
  /** While held, the worker keeps the process alive. */
  hold(held: boolean): void;
  /** Posts `last`, waits for the worker to end by itself, and ends it after 2 seconds where it does not. */
  close(last: Command): Promise<void>;
  /** Crashes the worker by an exception of its own, since ending it within a native call would abort the process; for tests. */
  crash(): Promise<void>;
}

/** How a worker is started, and who hears of it. */
export interface WorkerHostOptions<Message> {
  readonly entry: URL;
  readonly data: object;
  readonly onMessage: (message: Message) => void;
  /** The worker is gone, and what it held with it; another one is already starting. */
  readonly onCrash: (error: ReckonError) => void;
}

/** A worker that crashes this often in a row, without any message between, is not started again for `restPeriodMs`. */
const maxCrashes = 3;
const restPeriodMs = 5_000;

/** Starts a worker and waits until it is ready; rejects with the worker's own words where it cannot load its model. */
export async function startWorker<Command, Message extends { type: string }>(
  options: WorkerHostOptions<Message>,
): Promise<WorkerHost<Command>> {
  let worker: Worker | undefined;
  let crashes = 0;
  let restUntilMs = 0;
  let held = true;
  let closing = false;
  let up = false;

  const spawn = (): Promise<void> => {
    const started = new Worker(options.entry, { workerData: options.data, execArgv: [] });
    worker = started;
    if (!held) started.unref();
    return new Promise((resolve, reject) => {
      const gone = (detail: string, cause?: unknown) => {
        if (worker !== started) return;
        worker = undefined;
        const error = new ReckonError("unavailable", `the engine's worker ended: ${detail}`, { cause });
        reject(error);
        if (closing || !up) return;
        crashes += 1;
        if (crashes < maxCrashes)
          spawn().catch(() => {}); // its own `gone` reports it
        else restUntilMs = performance.now() + restPeriodMs;
        options.onCrash(error);
      };
      started.on("message", (message: Message | WorkerReady) => {
        if (message.type === "unusable") {
          // Not a crash: starting again would end the same way.
          worker = undefined;
          restUntilMs = performance.now() + restPeriodMs;
          reject(new Error((message as WorkerReady & { type: "unusable" }).detail));
          if (up) options.onCrash(new ReckonError("unavailable", "the engine's worker could not load its model"));
        } else if (message.type === "ready") resolve();
        else {
          crashes = 0;
          options.onMessage(message as Message);
        }
      });
      started.on("error", (error: Error) => gone(error.message, error));
      started.on("exit", (code) => gone(`exit code ${code}`));
    });
  };

  await spawn();
  up = true;
  held = false;
  (worker as Worker | undefined)?.unref();

  return {
    post(command) {
      if (closing) throw new ReckonError("failed-precondition", "the engine is closed");
      if (worker === undefined) {
        const waitMs = restUntilMs - performance.now();
        if (waitMs > 0) {
          const message = "the engine's worker crashes again and again; it is tried again later";
          throw new ReckonError("unavailable", message, { retryAfterMs: Math.ceil(waitMs) });
        }
        crashes = 0;
        spawn().catch(() => {}); // reported through onCrash
      }
      worker?.postMessage(command);
    },
    release(command) {
      if (!closing) worker?.postMessage(command);
    },
    hold(next) {
      if (held === next) return;
      held = next;
      if (next) worker?.ref();
      else worker?.unref();
    },
    async close(last) {
      closing = true;
      const ending = worker;
      if (ending === undefined) return;
      ending.ref();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => void ending.terminate(), 2_000);
        ending.once("exit", () => {
          clearTimeout(timer);
          resolve();
        });
        ending.postMessage(last);
      });
      worker = undefined;
    },
    async crash() {
      const crashing = worker;
      if (crashing === undefined) return;
      const exited = new Promise((resolve) => crashing.once("exit", resolve));
      crashing.postMessage(crashCommand);
      await exited;
    },
  };
}
