import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { MethodRun } from "./solve-direct.ts";

/** What a file of runs holds. */
export function readRuns<T>(file: string): T[] {
  return JSON.parse(readFileSync(file, "utf8")) as T[];
}

/** What there is to go on from: nothing where no file was named, or there is none yet. */
export function runsSoFar<T>(file: string | undefined): T[] {
  return file !== undefined && existsSync(file) ? readRuns(file) : [];
}

/** Writes runs to a file, in place of what it held. */
export function writeRuns(file: string, runs: readonly unknown[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(runs));
}

/** The runs of problems, in their order; throws where one was not solved. */
export function runsOf(
  problems: readonly { readonly id: string }[],
  runs: readonly MethodRun[],
  name: string,
): MethodRun[] {
  const found = new Map(runs.map((run) => [run.id, run]));
  return problems.map(({ id }) => {
    const run = found.get(id);
    if (run === undefined) throw new Error(`${name} has not solved ${id}`);
    return run;
  });
}
