import { type MessagePort, parentPort } from "node:worker_threads";

/** The first message of a worker: it has loaded its model, or could not. */
export type WorkerReady = { readonly type: "ready" } | { readonly type: "unusable"; readonly detail: string };

/** Makes a worker throw, as a bug would, between two native calls; for tests. */
export const crashCommand = "crash";

/** What runs in a worker: takes commands at any time, works until it is told to stop. */
export interface WorkerTask<Command> {
  command(command: Command): void;
  run(): Promise<void>;
}

/** Runs a task in this worker thread: reports when it is ready, hands it the messages, and lets go of the port at its end. */
export async function serveWorker<Command>(load: (port: MessagePort) => Promise<WorkerTask<Command>>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this module runs in a worker thread only");
  let task: WorkerTask<Command>;
  try {
    task = await load(port);
  } catch (error) {
    port.postMessage({ type: "unusable", detail: error instanceof Error ? error.message : String(error) });
    return;
  }
  port.on("message", (command: Command | typeof crashCommand) => {
    if (command === crashCommand) throw new Error("crashed on request");
    task.command(command);
  });
  port.postMessage({ type: "ready" } satisfies WorkerReady);
  await task.run();
  port.close();
}
