import type { Priority } from "@reckon/client";
import { mean, quantile } from "@reckon/stats";
import type { TimedSolve } from "./timed-solve.ts";

/** What became of the solves of one priority. */
export interface PriorityReport {
  readonly arrived: number;
  readonly answered: number;
  readonly refused: number;
  /** Of those refused, the ones that were told when to try again. */
  readonly retryTold: number;
  /** Neither answered nor refused. */
  readonly others: number;
  /** Of those answered. */
  readonly meanSamples: number | undefined;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Solves that arrived faster than they could be served. */
export interface Overload {
  readonly perSecond: number;
  readonly byPriority: Readonly<Record<Priority, PriorityReport>>;
  readonly solves: readonly TimedSolve[];
}

const shares: readonly (readonly [Priority, number])[] = [
  ["high", 0.1],
  ["normal", 0.3],
  ["low", 0.6],
];

/**
 * Begins solves at random moments (a Poisson process, so that they come in clusters as real ones do), whether or not those
 * before them have ended, and waits for all of them. The same rate and time give the same order of priorities.
 */
export async function overload(
  perSecond: number,
  seconds: number,
  solve: (prompt: string, priority: Priority) => Promise<TimedSolve>,
): Promise<Overload> {
  const running: Promise<TimedSolve>[] = [];
  const startedAt = performance.now();
  let nextMs = 0;
  for (let i = 0; nextMs < seconds * 1000; i += 1) {
    const waitMs = startedAt + nextMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    running.push(solve(`What is 23 * ${i}?`, priorityOf(i)));
    nextMs += (-Math.log(1 - uniform(2 * i + 1)) * 1000) / perSecond;
  }
  const solves = await Promise.all(running);
  const of = (priority: Priority) => report(solves.filter((one) => one.priority === priority));
  return { perSecond, solves, byPriority: { high: of("high"), normal: of("normal"), low: of("low") } };
}

function report(solves: readonly TimedSolve[]): PriorityReport {
  const answered = solves.filter((one) => one.outcome?.answer !== undefined);
  const refused = solves.filter((one) => one.code === "resource-exhausted");
  const latencies = answered.map((one) => one.latencyMs);
  return {
    arrived: solves.length,
    answered: answered.length,
    refused: refused.length,
    retryTold: refused.filter((one) => one.retryAfterMs !== undefined).length,
    others: solves.length - answered.length - refused.length,
    meanSamples: mean(answered.flatMap((one) => one.outcome?.samplesStarted ?? [])),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

function priorityOf(index: number): Priority {
  let left = uniform(2 * index);
  for (const [priority, share] of shares) {
    if (left < share) return priority;
    left -= share;
  }
  return "low";
}

/** A number in [0, 1) that looks random, by its index (the finaliser of MurmurHash3). */
function uniform(index: number): number {
  let hash = (index + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}
