import { type Difficulty, emptyLedger, type Outcome, problemFromPrompt } from "@reckon/core";
import { makePlan } from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import { describe, expect, it } from "vitest";
import { createSolveMemory, type EndedSolve } from "./solve-memory.ts";
import { sumUp } from "./sum-up.ts";

const difficulty: Difficulty = {
  ...{ score: 0.4, signals: [], priorAlpha: 1, priorBeta: 1, historyCount: 0, overridden: false },
};
const capabilities = {
  ...{ logprobs: false, n: false, abort: true, continueFromPrefix: false, seed: false, processReward: false },
  policies: [],
};
const secret = "What is 17 * 23, in our vault?";
const problem = problemFromPrompt(secret);
const plan = makePlan({ problem, difficulty, capabilities, overrides: { samples: 8 } });

function ended(
  solveId: string,
  confidence: number,
  change: Partial<EndedSolve & { stopReason: Outcome["stopReason"] }> = {},
): EndedSolve {
  const { stopReason = "confident", ...rest } = change;
  const outcome: Outcome = {
    answer: "391",
    confidence: { value: confidence, kind: "agreement" },
    stopReason,
    candidates: [{ answer: "391", canonical: "391", samples: 3, votes: 3, share: 0.75 }],
    ledger: { ...emptyLedger(), promptTokens: 20, answerTokens: 80, cancelledTokens: 5 },
    latencyMs: 400,
    ...{ samplesStarted: 5, samplesVoted: 4, samplesCancelled: 1, samplesPruned: 0, samplesFailed: 0 },
    meanSteps: 6,
    failure: undefined,
    degradations: [],
  };
  return { tenantId: "acme", solveId, problem, difficulty, plan, outcome, ...rest };
}

describe("the memory of solves", () => {
  it("keeps the latest, the newest first, and counts what it forgot", () => {
    const memory = createSolveMemory(() => 1_000, 3);
    for (const id of ["a", "b", "c", "d", "e"]) memory.add(ended(id, 0.9));
    expect(memory.solves("acme").map(({ solveId }) => solveId)).toEqual(["e", "d", "c"]);
    expect(memory.forgotten("acme")).toBe(2);
    expect(memory.forgotten("other")).toBe(0);
  });

  it("tells a tenant of its own solves only, and takes its word for no other's", () => {
    const memory = createSolveMemory();
    memory.add(ended("a", 0.9));
    memory.add(ended("b", 0.9, { tenantId: "other" }));
    expect(memory.solves("acme").map(({ solveId }) => solveId)).toEqual(["a"]);
    expect(memory.report("acme", "b", true)).toBe(false);
    expect(memory.report("acme", "a", true)).toBe(true);
    expect(memory.solves("acme")[0]?.correct).toBe(true);
    expect(memory.solves("other")[0]?.correct).toBeUndefined();
  });

  it("holds no text of a question, and the same hash for the same question of a tenant", () => {
    const memory = createSolveMemory();
    memory.add(ended("a", 0.9));
    memory.add(ended("b", 0.9));
    memory.add(ended("c", 0.9, { tenantId: "other" }));
    const [c, b, a] = memory.solves();
    expect(JSON.stringify(memory.solves())).not.toContain("vault");
    expect(a?.questionHash).toMatch(/^[0-9a-f]{16}$/);
    expect(b?.questionHash).toBe(a?.questionHash);
    expect(c?.questionHash).not.toBe(a?.questionHash);
  });
});

describe("sumUp", () => {
  it("distributes, counts tokens and timeouts, and keeps the log short", () => {
    const memory = createSolveMemory(() => 5_000);
    for (const [i, confidence] of [0.25, 0.5, 1, 1].entries()) {
      memory.add(ended(String(i), confidence, i === 0 ? { stopReason: "deadline" } : {}));
    }
    const summary = sumUp(memory.solves("acme"), 2);
    expect(summary).toMatchObject({ solves: 4, earliestMs: 5_000, timeoutRate: 0.25, tokens: 4 * 105 });
    // Three of eight samples were not started, at 20 tokens each.
    expect(summary.tokensSaved).toBe(4 * 60);
    expect(summary.confidence).toMatchObject({ count: 4, least: 0.25, p50: 0.75, most: 1 });
    expect(summary.confidence.buckets.map(({ count }) => count)).toEqual([0, 0, 1, 0, 1, 0, 0, 0, 0, 2]);
    expect(summary.log.map(({ solveId }) => solveId)).toEqual(["3", "2"]);
    expect(summary.log[0]).not.toHaveProperty("tenantId");
    expect(sumUp([], 10)).toMatchObject({ solves: 0, timeoutRate: 0, calibration: { basis: "none", count: 0 } });
  });

  it("judges confidence by agreement until fifty outcomes are known, and says so", () => {
    const memory = createSolveMemory();
    const random = createPrng(3);
    for (let i = 0; i < 400; i += 1) memory.add(ended(String(i), random.next()));
    const proxy = sumUp(memory.solves(), 0).calibration;
    expect(proxy).toMatchObject({ basis: "agreement", count: 400, accuracy: 0.75, reported: 0 });
    expect(proxy.brier).toBeUndefined();
    for (const { solveId, confidence } of memory.solves()) {
      memory.report("acme", solveId, random.next() < (confidence?.value ?? 0));
    }
    const known = sumUp(memory.solves(), 0).calibration;
    expect(known).toMatchObject({ basis: "reported", count: 400, reported: 400 });
    expect(known.calibrationError).toBeLessThan(3 * (known.errorByChance ?? 0));
    expect(known.auroc).toBeGreaterThan(0.7);
  });
});
