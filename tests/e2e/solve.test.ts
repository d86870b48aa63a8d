import { type Cluster, type ClusterObserver, createClusterObserver, isIdle, startCluster } from "@reckon/bench";
import { createReckon, type Reckon, type SolveEvent } from "@reckon/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longProblem, longSolve } from "../src/long-solve.ts";

let cluster: Cluster;
let reckon: Reckon;
let observer: ClusterObserver;
beforeAll(async () => {
  cluster = await startCluster();
  reckon = createReckon({ url: cluster.url });
  observer = createClusterObserver(cluster);
});
afterAll(async () => {
  observer?.close();
  await cluster?.stop();
});

const eventsOf = (solve: AsyncIterable<SolveEvent>) => Array.fromAsync(solve);
const of = <T extends SolveEvent["type"]>(events: readonly SolveEvent[], type: T) =>
  events.filter((event): event is Extract<SolveEvent, { type: T }> => event.type === type);

describe("a solve over four processes", () => {
  it("answers the question on the README's first page", async () => {
    const { answer } = await reckon.solve("Solve: x^2 - 5x + 6 = 0").outcome();
    expect([...(answer ?? "").matchAll(/\d+/g)].map(([digits]) => Number(digits)).sort()).toEqual([2, 3]);
  });

  it("tells a consistent story from its first event to its last", async () => {
    const events = await eventsOf(reckon.solve("What is 17 * 23?", { samples: 4, method: "best-of-n", maxSteps: 32 }));
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, i) => i + 1));
    const { outcome } = of(events, "solve-ended")[0] ?? expect.unreachable();
    const started = of(events, "sample-started").map((event) => event.sample);
    const ended = of(events, "sample-ended");
    expect(new Set(started).size).toBe(started.length);
    expect(ended.map((event) => event.sample).sort()).toEqual([...started].sort());
    expect(outcome.samplesStarted).toBe(started.length);
    const spent = ended.reduce((sum, event) => sum + event.usage.outputTokens, 0);
    expect(outcome.ledger.answerTokens + outcome.ledger.cancelledTokens + outcome.ledger.failedTokens).toBe(spent);
    expect(outcome.ledger.verifierTokens).toBeGreaterThan(0);
    for (const scored of of(events, "step-scored")) {
      for (const verdict of scored.verdicts) expect((verdict.score ?? 0) >= 0 && (verdict.score ?? 0) <= 1).toBe(true);
    }
  });

  it("gives the same samples for the same seed", async () => {
    // Without a verifier: where it prunes a sample depends on how fast it is.
    const options = { ...longSolve, samples: 3, window: 3, verificationRounds: 0, seed: 42 };
    const run = async () => {
      const events = await eventsOf(reckon.solve(longProblem, options));
      const texts = new Map<number, string>();
      for (const { sample, text } of of(events, "thought-delta")) texts.set(sample, (texts.get(sample) ?? "") + text);
      return [...texts].sort(([a], [b]) => a - b);
    };
    const first = await run();
    expect(first).toHaveLength(3);
    expect(await run()).toEqual(first);
  });

  it("streams a batch under one ledger, in which every item's tokens are", async () => {
    const items = Array.from({ length: 6 }, (_, i) => ({ problem: `Compute ${i + 3} + ${2 * i + 5}.` }));
    const batch = reckon.solveBatch(items, { samples: 2, method: "self-consistency", maxParallel: 3 });
    const spent: number[] = [];
    for await (const event of batch) {
      if (event.type !== "item-ended") continue;
      const { ledger } = event.outcome ?? expect.unreachable(event.failure?.message);
      spent.push(ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens);
    }
    expect(spent).toHaveLength(6);
    const { ledger, solved } = await batch.summary();
    expect(solved).toBe(6);
    expect(ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens).toBe(spent.reduce((a, b) => a + b, 0));
  });

  it("gives the best answer so far at its deadline, not an error", async () => {
    const outcome = await reckon.solve(longProblem, { ...longSolve, timeoutMs: 600 }).outcome();
    expect(outcome.stopReason).toBe("deadline");
    expect(outcome.samplesStarted).toBeLessThan(256);
    const { state } = await observer.until(isIdle, 10_000);
    expect(state.liveSamples).toBe(0);
  });

  it("keeps to a budget of tokens", async () => {
    const outcome = await reckon.solve(longProblem, { ...longSolve, maxOutputTokens: 400 }).outcome();
    expect(outcome.stopReason).toBe("budget");
    const { answerTokens, cancelledTokens, failedTokens } = outcome.ledger;
    expect(answerTokens + cancelledTokens + failedTokens).toBeLessThanOrEqual(400);
  });

  it("leaves nothing behind when a client leaves early", async () => {
    for (let i = 0; i < 5; i += 1) {
      for await (const event of reckon.solve(longProblem, longSolve)) if (event.type === "thought-delta") break;
    }
    const { state } = await observer.until(isIdle, 10_000);
    expect(state.liveHandlers).toEqual({ orchestrator: 0, difficulty: 0, verifier: 0, "model-proxy": 0 });
  });
});
