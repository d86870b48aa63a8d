import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ReckonError } from "@reckon/core";

/** The four services. */
export type ServiceName = "orchestrator" | "difficulty" | "verifier" | "model-proxy";

/** A service that runs as a process of its own. */
export interface ServiceProcess {
  readonly name: ServiceName;
  readonly url: string;
  /** `host:port`. */
  readonly address: string;
  readonly pid: number;
  /** The exit code, or the signal that ended it, once it has ended. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** The last lines of its log. */
  log(): string;
  /** Sends a signal; `SIGTERM` by default. Nothing happens where it has ended. */
  signal(signal?: NodeJS.Signals): void;
}

/** How to start a service. */
export interface StartServiceOptions {
  readonly name: ServiceName;
  /** Environment beside `PATH` and `HOME`; the caller's own `RECKON_*` and `OTEL_*` variables are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of each line that it writes. */
  readonly onLogLine?: (line: string) => void;
  /** Default 30,000. */
  readonly startTimeoutMs?: number;
}

const logLines = 200;
const ownEnvironment = {
  RECKON_HOST: "127.0.0.1",
  RECKON_PORT: "0",
  RECKON_EXIT_WITH_PARENT: "1",
  // Halves the start of a process; a bench and the tests start many.
  NODE_COMPILE_CACHE: join(tmpdir(), "reckon-compile-cache"),
};

/**
 * Starts a service on a free port of the loopback and resolves once it has said that it is ready. Throws `unavailable` with the
 * end of its log where it ends before that, or is not ready in time. It ends by itself when this process is gone.
 */
export async function startService(options: StartServiceOptions): Promise<ServiceProcess> {
  const main = fileURLToPath(new URL(`../../../../services/${options.name}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    env: { ...inheritedEnvironment(), ...ownEnvironment, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Its standard input only tells it that this process is gone; nothing is ever written.
  child.stdin.on("error", () => undefined);
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("exit", (code, signal) => {
      process.off("exit", kill);
      resolve(code ?? signal ?? 0);
    });
  });
  const log = keepLog(child, options.onLogLine);
  const url = await readyUrl(child, options, exited, log).catch((error: unknown) => {
    kill();
    throw error;
  });
  return {
    name: options.name,
    url,
    address: new URL(url).host,
    pid: child.pid as number,
    exited,
    log,
    signal: (signal = "SIGTERM") => void child.kill(signal),
  };
}

function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(RECKON|OTEL|VITEST|NODE_OPTIONS)/.test(name)),
  );
}

function keepLog(child: ChildProcess, onLine?: (line: string) => void): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      onLine?.(line);
      if (lines.length > logLines) lines.shift();
    });
  }
  return () => lines.join("\n");
}

async function readyUrl(
  child: ChildProcess,
  { name, startTimeoutMs = 30_000 }: StartServiceOptions,
  exited: Promise<unknown>,
  log: () => string,
): Promise<string> {
  const failed = (why: string) => new ReckonError("unavailable", `${name} ${why}; its log ends with:\n${log()}`);
  const ready = Promise.withResolvers<string>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    const url = urlIn(line, name);
    if (url !== undefined) ready.resolve(url);
  });
  const timer = setTimeout(() => ready.reject(failed(`was not ready after ${startTimeoutMs} ms`)), startTimeoutMs);
  void exited.then((how) => ready.reject(failed(`ended with ${String(how)} before it was ready`)));
  try {
    return await ready.promise;
  } finally {
    clearTimeout(timer);
  }
}

function urlIn(line: string, name: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const { service, url } = JSON.parse(line) as { service?: string; url?: string };
    return service === name && typeof url === "string" ? url : undefined;
  } catch {
    // A log line that only looks like JSON.
    return undefined;
  }
}
