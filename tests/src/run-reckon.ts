import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../apps/cli/bin/reckon.js", import.meta.url));

/** A running `reckon`. */
export interface RunningReckon {
  readonly child: ChildProcessWithoutNullStreams;
  /** All that it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves as soon as what it has written matches. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended and all output is read; with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts the real command, with its history in memory; `input` goes to its stdin. */
export function runReckon(
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): RunningReckon {
  const env = { ...process.env, RECKON_STORE_PATH: ":memory:", NO_COLOR: "1", LANG: "C.UTF-8", ...options.env };
  const child = spawn(process.execPath, [command, ...args], { env });
  let out = "";
  let err = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    for (const check of [...waiting]) check();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    for (const check of [...waiting]) check();
  });
  child.stdin.on("error", () => undefined); // It may have ended without reading.
  child.stdin.end(options.input ?? "");
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
  });
  const seen = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const check = () => {
        const match = pattern.exec(out) ?? pattern.exec(err);
        if (!match) return;
        waiting.delete(check);
        resolve(match);
      };
      waiting.add(check);
      check();
      void ended.then(() => reject(new Error(`reckon ended without ${pattern}:\n${out}\n${err}`)));
    });
  return { child, stdout: () => out, stderr: () => err, seen, ended };
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: there is no such process.
  }
}
