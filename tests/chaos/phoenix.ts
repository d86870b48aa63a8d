import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ServiceName, type ServiceProcess, startService } from "@reckon/bench";

/** A process that can be killed and started again at the same address. */
export interface Phoenix {
  readonly name: string;
  readonly port: number;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
  /** Starts it again; resolves when it is ready. */
  rise(): Promise<void>;
}

/** A free port of the loopback; nobody keeps it free. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A service of Reckon, not started yet. */
export function phoenixService(
  name: ServiceName,
  port: number,
  env: Readonly<Record<string, string>>,
  log: (text: string) => void,
): Phoenix {
  let process: ServiceProcess | undefined;
  return {
    name,
    port,
    async kill() {
      process?.signal("SIGKILL");
      await process?.exited;
      log(process?.log() ?? "");
    },
    async rise() {
      process = await startService({ name, env: { ...env, RECKON_PORT: String(port) } });
    },
  };
}

/** What a model server says of a request that has ended. */
export interface EndedRequest {
  readonly question: string;
  readonly tokens: number;
}

/** A model server, not started yet; `onEnd` hears of each request, unless it ended with the process. */
export function phoenixModelServer(
  name: string,
  port: number,
  tokensPerSecond: number,
  onEnd: (request: EndedRequest) => void,
): Phoenix {
  const program = fileURLToPath(new URL("./model-server.ts", import.meta.url));
  const command = ["--disable-warning=ExperimentalWarning", program, String(port), String(tokensPerSecond)];
  let kill: () => Promise<void> = async () => undefined;
  return {
    name,
    port,
    kill: () => kill(),
    rise: () =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, command, { stdio: ["pipe", "pipe", "inherit"] });
        child.stdin.on("error", () => undefined);
        const exited = new Promise<void>((ended) => child.once("exit", () => ended()));
        const onExit = () => void child.kill("SIGKILL");
        process.once("exit", onExit);
        void exited.then(() => process.off("exit", onExit));
        kill = () => {
          child.kill("SIGKILL");
          return exited;
        };
        child.once("exit", (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
        createInterface({ input: child.stdout }).on("line", (line) => {
          const said = JSON.parse(line) as Partial<EndedRequest> & { readonly url?: string };
          if (said.url !== undefined) resolve();
          else if (said.question !== undefined) onEnd({ question: said.question, tokens: said.tokens ?? 0 });
        });
      }),
  };
}
