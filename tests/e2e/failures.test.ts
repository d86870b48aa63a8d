import { type Cluster, startCluster } from "@reckon/bench";
import { createReckon, type Outcome, type SolveEvent, type SolveOptions } from "@reckon/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { longProblem, longSolve } from "../src/long-solve.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster({ env: { RECKON_SERVER_DRAIN_TIMEOUT: "3" } });
});
afterEach(() => cluster?.stop());

/** Solves, doing something once at the first event of a type. */
async function solveAnd(options: SolveOptions, at: SolveEvent["type"], act: () => void) {
  const solve = createReckon({ url: cluster.url }).solve(longProblem, options);
  const events: SolveEvent[] = [];
  let outcome: Outcome | undefined;
  for await (const event of solve) {
    if (event.type === at && !events.some((earlier) => earlier.type === at)) act();
    events.push(event);
    if (event.type === "solve-ended") outcome = event.outcome;
  }
  return { events, outcome: outcome ?? expect.unreachable("no outcome") };
}

const bestOfN: SolveOptions = {
  ...longSolve,
  method: "best-of-n",
  selection: "weighted-vote",
  samples: 24,
  window: 4,
  verificationRounds: 1,
};

describe("when a service dies", () => {
  it("falls back to votes, visibly, without the verifier", async () => {
    const kill = () => cluster.services.verifier.signal("SIGKILL");
    const { events, outcome } = await solveAnd(bestOfN, "step-scored", kill);
    expect(outcome.samplesVoted).toBeGreaterThan(0);
    expect(outcome.degradations.join(" ")).toMatch(/verifier/i);
    expect(events.some((event) => event.type === "plan-changed" && event.reason === "degraded")).toBe(true);
    expect(["exhausted", "confident", "no-gain"]).toContain(outcome.stopReason);
  });

  it("solves with a plan that says it is degraded without difficulty", async () => {
    const { difficulty } = cluster.services;
    difficulty.signal("SIGKILL");
    await difficulty.exited;
    const { events, outcome } = await solveAnd({ samples: 2, maxSteps: 32 }, "solve-started", () => undefined);
    expect(outcome.samplesStarted).toBeGreaterThan(0);
    const degraded = events.filter((event) => event.type === "plan-changed" && event.reason === "degraded");
    expect(
      [...outcome.degradations, ...degraded.map((event) => ("detail" in event ? event.detail : ""))].join(" "),
    ).toMatch(/difficulty/i);
  });

  it("ends with what it has, in time, when the model-proxy dies in mid-solve", async () => {
    const kill = () => cluster.services["model-proxy"].signal("SIGKILL");
    const options = { ...longSolve, verificationRounds: 0, timeoutMs: 20_000 };
    const { outcome } = await solveAnd(options, "sample-ended", kill);
    expect(outcome.samplesFailed).toBeGreaterThan(0);
    expect(["failed", "exhausted", "deadline"]).toContain(outcome.stopReason);
    expect(outcome.samplesStarted).toBeLessThan(256);
  });

  it("says why there is no answer where the model-proxy was never there", async () => {
    const modelProxy = cluster.services["model-proxy"];
    modelProxy.signal("SIGKILL");
    await modelProxy.exited;
    const solve = createReckon({ url: cluster.url }).solve("What is 17 * 23?", { timeoutMs: 20_000 });
    const ended = await solve.outcome().catch((error: unknown) => error);
    if (ended instanceof Error) expect(ended.message).toMatch(/model-proxy|unavailable|ECONNREFUSED/i);
    else expect(ended).toMatchObject({ answer: undefined, failure: expect.stringMatching(/\w/) as unknown });
  });
});

describe("when the orchestrator is told to stop", () => {
  it("finishes what runs with the answer so far, takes nothing new, and exits 0", async () => {
    const { orchestrator } = cluster.services;
    const { outcome } = await solveAnd({ ...longSolve, verificationRounds: 0 }, "sample-ended", () =>
      orchestrator.signal("SIGTERM"),
    );
    expect(["draining", "exhausted"]).toContain(outcome.stopReason);
    expect(outcome.samplesStarted).toBeGreaterThan(0);
    expect(await orchestrator.exited).toBe(0);
    await expect(createReckon({ url: cluster.url }).solve("What is 4 + 5?").outcome()).rejects.toThrow();
  });

  it("lets a short solve end by itself", async () => {
    const { orchestrator } = cluster.services;
    const options = { method: "single", maxSteps: 64, verificationRounds: 0 } as const;
    const { outcome } = await solveAnd(options, "sample-started", () => orchestrator.signal("SIGTERM"));
    expect(outcome.samplesStarted).toBe(1);
    expect(await orchestrator.exited).toBe(0);
  });
});
