import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** An HTTP server in a process of its own. */
export interface ChildServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a module of this folder as a process and waits for its address. */
export async function startChild(file: string, ...args: string[]): Promise<ChildServer> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  const ended = once(child, "exit");
  const [{ url }] = (await Promise.race([
    once(child, "message"),
    ended.then(() => Promise.reject(new Error(`${file} ended before it listened`))),
  ])) as [{ url: string }];
  return {
    url,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
