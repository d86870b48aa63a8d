import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ClusterObserver, type ClusterState, isIdle } from "../cluster/observe.ts";
import type { Cluster } from "../cluster/start-cluster.ts";

/** What was left behind by clients that vanished. */
export interface VanishMeasurement {
  readonly clients: number;
  /** Just before the clients' process was killed. */
  readonly before: ClusterState;
  /** From the kill until nothing ran in any process: no handler, no sample. */
  readonly toIdleMs: number;
  readonly after: ClusterState;
}

/**
 * Opens `clients` solves from one other process, waits until each has had a thought, kills that process outright, and waits until
 * no process of the cluster has a live handler or sample. Throws where that takes more than `timeoutMs`.
 */
export async function vanish(
  cluster: Cluster,
  observer: ClusterObserver,
  clients: number,
  timeoutMs: number,
): Promise<VanishMeasurement> {
  const program = fileURLToPath(new URL("./vanishing-clients.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program, cluster.url, String(clients)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const ended = new Promise<never>((_, reject) => {
      child.once("exit", (code) =>
        reject(new Error(`the clients ended with ${String(code)} before all had a thought`)),
      );
    });
    ended.catch(() => undefined);
    await Promise.race([ended, firstLine(child.stdout)]);
    const before = await observer.state();
    child.kill("SIGKILL");
    const { state, waitedMs } = await observer.until(isIdle, timeoutMs);
    return { clients, before, toIdleMs: waitedMs, after: state };
  } finally {
    child.kill("SIGKILL");
  }
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => createInterface({ input: stream }).once("line", resolve));
}
