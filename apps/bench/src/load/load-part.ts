import { createReckon, type Priority, type Reckon, type SolveOptions } from "@reckon/client";
import { quantile } from "@reckon/stats";
import { type Cluster, startCluster } from "../cluster/start-cluster.ts";
import { forEachParallel } from "../for-each-parallel.ts";
import { decimal } from "../format.ts";
import { startChild } from "../front-door/start-child.ts";
import { integerFlag } from "../integer-flag.ts";
import { numbersFlag } from "../list-flag.ts";
import type { Part } from "../part.ts";
import {
  type Beyond,
  type Burst,
  burstTables,
  type OverloadRun,
  overloadTables,
  samples,
  settleMs,
} from "./load-report.ts";
import { type MemoryWatch, watchMemory } from "./memory-watch.ts";
import { overload } from "./overload.ts";
import { type TimedSolve, timedSolve } from "./timed-solve.ts";

const stub = { tokensPerSecond: 100, firstTokenMs: 50 };
/** Tokens of the stub's text. */
const stubTokens = 22;
const idealMs = stub.firstTokenMs + ((stubTokens - 1) * 1000) / stub.tokensPerSecond;
/** Every sample is drawn and none is scored: what is measured is what it takes to carry them. */
const options: SolveOptions = {
  ...{ method: "self-consistency", samples, window: samples, maxSteps: 32, verificationRounds: 0 },
  ...{ earlyStopping: false, difficulty: 0.5, timeoutMs: 600_000 },
};

/** What many solves at once take, and what happens beyond capacity. */
export const loadPart: Part = {
  name: "load",
  summary:
    "many solves at once against a stub in its own process: memory, added latency, solves per second; then several times the capacity: who is degraded, who is refused, how long the others wait",
  flags: {
    count: { type: "string" },
    solves: { type: "string" },
    "max-solves": { type: "string" },
    "max-parallel": { type: "string" },
    seconds: { type: "string" },
    factors: { type: "string" },
    skip: { type: "string" },
  },
  async run(flags, progress) {
    const atOnce = integerFlag(flags, "count", 1_000, 1, 20_000);
    const solves = integerFlag(flags, "solves", 2 * atOnce, 1, 1_000_000);
    const maxSolves = integerFlag(flags, "max-solves", 24, 1, 10_000);
    const maxParallel = integerFlag(flags, "max-parallel", 64, 1, 65_536);
    const seconds = integerFlag(flags, "seconds", 20, 1, 600);
    const factors = numbersFlag(flags, "factors", [3, 6], 1, 100);
    const model = await startChild("../load/stub-process.ts", JSON.stringify(stub));
    try {
      const burst = flags["skip"] === "burst" ? undefined : await runBurst(model.url, atOnce, solves, progress);
      const beyond =
        flags["skip"] === "overload"
          ? undefined
          : await withCluster({ model: model.url, maxSolves, maxParallel, queue: 100 }, (cluster) =>
              runOverload(cluster, { maxSolves, seconds, factors, progress }),
            );
      return {
        title: "Load",
        notes: [
          `four processes, a stub model in a fifth (${stub.firstTokenMs} ms to the first token, then ${stub.tokensPerSecond} tokens a second, ${stubTokens} tokens a sample: ${decimal(idealMs, 0)} ms), the clients in a sixth, all on the same processors; every solve draws N = ${samples} samples at once, no verifier`,
          `at once: ${solves} solves, ${atOnce} at a time, nobody is refused (max_solves ${atOnce}, max_parallel ${atOnce * samples})`,
          `beyond capacity: max_solves ${maxSolves}, max_queue_depth 100, ${maxParallel} samples at a time in the model pool; capacity is what ${maxSolves} clients get who ask again at once; then solves arrive at random, ${seconds} s, 10 % of high, 30 % of normal, 60 % of low priority`,
          `memory: ended solves are kept for ${sessionTtlSeconds} s ([sessions] ttl; 120 s by default); nothing is asked for meanwhile`,
          "added latency: from request to outcome, less the time of one sample",
        ],
        tables: [...(burst ? burstTables(burst) : []), ...(beyond ? overloadTables(beyond) : [])],
        figures: { burst, beyond: beyond && { ...beyond, runs: beyond.runs.map(({ solves: _, ...run }) => run) } },
      };
    } finally {
      await model.stop();
    }
  },
};

interface ClusterLimits {
  readonly model: string;
  readonly maxSolves: number;
  readonly maxParallel: number;
  readonly queue: number;
}

async function withCluster<T>(limits: ClusterLimits, run: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await startCluster({
    env: {
      RECKON_BACKENDS_STUB_KIND: "vllm",
      RECKON_BACKENDS_STUB_URL: `${limits.model}/v1`,
      RECKON_BACKENDS_STUB_MAX_PARALLEL: String(limits.maxParallel),
      RECKON_ADMISSION_MAX_SOLVES: String(limits.maxSolves),
      RECKON_ADMISSION_MAX_QUEUE_DEPTH: String(limits.queue),
      RECKON_ROUTING_MAX_QUEUED_SAMPLES: "100000",
      RECKON_SESSIONS_TTL: String(sessionTtlSeconds),
      // The stub is never slow: where first tokens are late, it is this machine that has too much to do.
      RECKON_BACKENDS_STUB_FIRST_TOKEN_TIMEOUT: "300",
      RECKON_BACKENDS_STUB_IDLE_TIMEOUT: "300",
      RECKON_ROUTING_BREAKER_TIMEOUT: "600",
    },
  });
  try {
    await timedSolve(createReckon({ url: cluster.url }), "What is 1 + 1?", { ...options, priority: "normal" });
    return await run(cluster);
  } finally {
    await cluster.stop();
  }
}

function memoryOf({ services }: Cluster): MemoryWatch {
  return watchMemory({ orchestrator: services.orchestrator.pid, "model-proxy": services["model-proxy"].pid });
}

/** Ended solves are remembered for so long, to be resumed; then their memory is free. */
const sessionTtlSeconds = 5;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function runBurst(
  model: string,
  atOnce: number,
  solves: number,
  progress: (line: string) => void,
): Promise<Burst> {
  const limits = { model, maxSolves: atOnce, maxParallel: Math.min(65_536, atOnce * samples), queue: 100 };
  return withCluster(limits, async (cluster) => {
    const reckon = createReckon({ url: cluster.url });
    const memory = memoryOf(cluster);
    // Warm: code compiled, connections open.
    await solveAll(reckon, Math.min(200, solves), 20);
    await pause(1_000);
    const before = memory.now();
    memory.reset();
    progress(`${solves} solves, ${atOnce} at once`);
    const startedAt = performance.now();
    const all = await solveAll(reckon, solves, atOnce, progress);
    const seconds = (performance.now() - startedAt) / 1000;
    const peak = memory.peak();
    await pause(settleMs);
    const after = memory.now();
    memory.stop();
    const solved = all.filter((solve) => solve.outcome?.answer !== undefined);
    const added = solved.map((solve) => solve.latencyMs - idealMs);
    return {
      atOnce,
      seconds,
      solvesPerSecond: solved.length / seconds,
      solved: solved.length,
      failed: countBy(all.flatMap(endWithout)),
      degraded: solved.filter((solve) => (solve.outcome?.degradations.length ?? 0) > 0).length,
      addedP50Ms: quantile(added, 0.5),
      addedP99Ms: quantile(added, 0.99),
      memory: { before, peak, after },
    };
  });
}

async function solveAll(
  reckon: Reckon,
  solves: number,
  atOnce: number,
  progress?: (line: string) => void,
): Promise<TimedSolve[]> {
  const prompts = Array.from({ length: solves }, (_, i) => `What is 17 * ${i}?`);
  let done = 0;
  return forEachParallel(prompts, atOnce, async (prompt) => {
    const solve = await timedSolve(reckon, prompt, { ...options, priority: "normal" });
    done += 1;
    if (done % 250 === 0) progress?.(`${done} of ${solves}`);
    return solve;
  });
}

interface OverloadOptions {
  readonly maxSolves: number;
  readonly seconds: number;
  readonly factors: readonly number[];
  readonly progress: (line: string) => void;
}

async function runOverload(
  cluster: Cluster,
  { maxSolves, seconds, factors, progress }: OverloadOptions,
): Promise<Beyond> {
  const reckon = createReckon({ url: cluster.url });
  const memory = memoryOf(cluster);
  await solveAll(reckon, 3 * maxSolves, maxSolves);
  await pause(1_000);
  const before = memory.now();
  memory.reset();
  progress("capacity");
  const usual: TimedSolve[] = [];
  const until = performance.now() + seconds * 1000;
  const startedAt = performance.now();
  // As many clients as are let in, of which none waits: the samples of all of them keep the models busy.
  await Promise.all(
    Array.from({ length: maxSolves }, async (_, client) => {
      for (let i = 0; performance.now() < until; i += 1) {
        usual.push(await timedSolve(reckon, `What is ${client} * ${i}?`, { ...options, priority: "high" }));
      }
    }),
  );
  const capacity = usual.length / ((performance.now() - startedAt) / 1000);
  const usualP99Ms = quantile(
    usual.map((solve) => solve.latencyMs),
    0.99,
  );
  const runs: OverloadRun[] = [];
  for (const factor of factors) {
    progress(`${factor} times ${decimal(capacity)} solves a second`);
    const solve = (prompt: string, priority: Priority) => timedSolve(reckon, prompt, { ...options, priority });
    runs.push({ factor, ...(await overload(factor * capacity, seconds, solve)) });
    await pause(2_000);
  }
  const peak = memory.peak();
  await pause(settleMs);
  const after = memory.now();
  memory.stop();
  return { capacity, usualP99Ms, runs, memory: { before, peak, after } };
}

/** In words, why a solve has no answer; nothing where it has one. */
function endWithout({ code, outcome }: TimedSolve): string[] {
  if (outcome === undefined) return [code ?? "error"];
  return outcome.answer === undefined ? [`without an answer (${outcome.failure ?? outcome.stopReason})`] : [];
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
