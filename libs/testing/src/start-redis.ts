import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis or Valkey server of a test, in its own process, with nothing in it. */
export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** Sends a signal: `SIGSTOP` and `SIGCONT` make it deaf for a while. */
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** The server's program on this machine, `redis-server` or `valkey-server`; `undefined` where there is neither. */
export function findRedisServer(): string | undefined {
  return ["redis-server", "valkey-server"].find((name) => spawnSync(name, ["--version"]).status === 0);
}

/** Starts a server on a free port of the loopback, without a disk. Throws where there is no program or it does not start. */
export async function startRedis(): Promise<RedisServer> {
  const program = findRedisServer();
  if (program === undefined) throw new Error("neither redis-server nor valkey-server is installed");
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "reckon-redis-"));
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  const child = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (/ready to accept connections/i.test(text)) resolve();
    });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid as number,
    signal: (signal) => void child.kill(signal),
    async stop() {
      process.off("exit", kill);
      kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
