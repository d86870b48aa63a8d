import { readFileSync } from "node:fs";

/** Physical memory of processes over time, in bytes. */
export interface MemoryWatch {
  /** The most since the last call of `reset`, by name. */
  peak(): Readonly<Record<string, number>>;
  /** Now, by name. */
  now(): Readonly<Record<string, number>>;
  reset(): void;
  stop(): void;
}

const everyMs = 100;

/** Reads the resident memory of processes from `/proc` ten times a second; Linux only. */
export function watchMemory(pids: Readonly<Record<string, number>>): MemoryWatch {
  const names = Object.keys(pids);
  const now = () => Object.fromEntries(names.map((name) => [name, residentBytes(pids[name] as number)]));
  let peak = now();
  const look = () => {
    const seen = now();
    peak = Object.fromEntries(names.map((name) => [name, Math.max(peak[name] ?? 0, seen[name] ?? 0)]));
  };
  const timer = setInterval(look, everyMs);
  return {
    now,
    peak() {
      look();
      return peak;
    },
    reset() {
      peak = now();
    },
    stop: () => clearInterval(timer),
  };
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}
