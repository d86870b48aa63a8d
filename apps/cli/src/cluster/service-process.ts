import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ServiceName } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import { readableLine } from "./readable-line.ts";

// The exit code of a service that cannot read its configuration (`processConfig` of @reckon/config).
const wrongConfiguration = 2;

/** How to start a service. */
export interface ServiceProcessOptions {
  readonly service: ServiceName;
  readonly env: NodeJS.ProcessEnv;
  /** Called for each line that the process writes, but for the one that says it is ready. */
  readonly onLine: (line: string) => void;
  /** How long it may take to be ready. Default 60,000. */
  readonly readyTimeoutMs?: number;
}

/** A service in a process of its own. */
export interface ServiceProcess {
  readonly service: ServiceName;
  /** Its address, `http://127.0.0.1:port`; rejects where it ends or is silent before it is ready. */
  readonly url: Promise<string>;
  /** Resolves when the process has ended; with its exit code, or `undefined` where a signal ended it. */
  readonly exited: Promise<number | undefined>;
  /** Writes a line to its standard input. */
  send(line: string): void;
  /** SIGTERM, so that it drains; SIGKILL where it has not ended by then. */
  stop(timeoutMs: number): Promise<void>;
}

/**
 * Starts a service as a child of this process. It leads a process group of its own, so that Ctrl-C in the terminal reaches
 * only the command, which then decides; it ends by itself when this process is gone (its stdin closes).
 */
export function startServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const { service, onLine } = options;
  const main = fileURLToPath(new URL("main.ts", import.meta.resolve(`@reckon/service-${service}`)));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    env: { ...options.env, RECKON_EXIT_WITH_PARENT: "1" },
    stdio: ["pipe", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  // A child that is gone is told of by `exited`; a write to it must not raise an error here.
  child.stdin.on("error", () => undefined);

  const lastLines: string[] = [];
  const hear = (line: string) => {
    lastLines.push(readableLine(line));
    if (lastLines.length > 20) lastLines.shift();
    onLine(line);
  };
  const exited = new Promise<number | undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", (code) => resolve(code ?? undefined));
  });
  const url = new Promise<string>((resolve, reject) => {
    const fail = (what: string) =>
      reject(new ReckonError("unavailable", [`${service} ${what}`, ...lastLines.slice(-5)].join("\n  ")));
    // It has told what is wrong with its configuration, a line a mistake.
    const refuse = () => reject(new ReckonError("invalid-argument", lastLines.join("\n")));
    const timer = setTimeout(() => fail("is not ready after a minute"), options.readyTimeoutMs ?? 60_000);
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
    // After "close", not "exit": only then has all that it wrote been read.
    child.once("close", (code, signal) => {
      if (code === wrongConfiguration) refuse();
      else fail(`ended before it was ready (${signal ?? `exit ${code}`})`);
    });
    createInterface({ input: child.stderr }).on("line", hear);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const ready = readyUrlOf(line);
      if (ready === undefined) return hear(line);
      clearTimeout(timer);
      resolve(ready);
    });
    child.once("close", () => clearTimeout(timer));
  });
  url.catch(() => undefined);
  const send = (line: string) => void child.stdin.write(`${line}\n`);
  return { service, url, exited, send, stop: (timeoutMs) => stopProcess(child, exited, timeoutMs) };
}

function readyUrlOf(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== "object" || parsed === null || !("service" in parsed) || !("url" in parsed)) return undefined;
    return typeof parsed.url === "string" ? parsed.url : undefined;
  } catch {
    // A line of log that only looks like JSON.
    return undefined;
  }
}

async function stopProcess(child: ChildProcess, exited: Promise<unknown>, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  await exited;
  clearTimeout(timer);
}
