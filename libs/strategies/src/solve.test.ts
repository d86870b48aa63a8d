import {
  type Difficulty,
  type Outcome,
  outputTokensOf,
  type Plan,
  problemFromPrompt,
  type SolveEvent,
  totalTokensOf,
  type Verdict,
  type Verifier,
} from "@reckon/core";
import { makePlan, type Pressure } from "@reckon/planning";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import {
  createScriptedBackend,
  createScriptedVerifier,
  createVirtualClock,
  fullCapabilities,
  type Script,
  type ScriptedBackend,
  type VirtualClock,
} from "./scripted-ports.ts";
import { solve } from "./solve.ts";
import type { SolveInput } from "./solve-ports.ts";

const difficulty: Difficulty = {
  score: 0.5,
  signals: [],
  priorAlpha: 1,
  priorBeta: 1,
  historyCount: 0,
  overridden: false,
};
const problem = problemFromPrompt("What is 6 * 7?", "number");
const chain = (answer: string | number) => `6 * 7 = ${answer}\nAnswer: ${answer}`;

let clock: VirtualClock | undefined;
afterEach(() => clock?.stop());

interface Setup {
  readonly scripts: (sample: number) => Script;
  readonly plan?: Partial<Plan>;
  readonly input?: Partial<SolveInput>;
  readonly verifier?: Verifier;
  readonly deadlineAtMs?: number;
  readonly signal?: AbortSignal;
  readonly faults?: Parameters<typeof createScriptedBackend>[2];
  readonly onEvent?: (event: SolveEvent) => void;
  readonly pressure?: () => Pressure;
}

function basePlan(plan: Partial<Plan> = {}): Plan {
  const made = makePlan({
    problem,
    difficulty,
    overrides: { samples: 8 },
    capabilities: fullCapabilities,
    verifiers: [],
  });
  return { ...made, stopRule: { name: "beta", threshold: 0.95, minVotes: 1 }, ...plan };
}

async function run(setup: Setup): Promise<{ events: SolveEvent[]; outcome: Outcome; backend: ScriptedBackend }> {
  clock?.stop();
  clock = createVirtualClock();
  const backend = createScriptedBackend(clock, setup.scripts, setup.faults);
  const events: SolveEvent[] = [];
  const stream = solve(
    { solveId: "s", problem, plan: basePlan(setup.plan), difficulty, answerKind: "number", ...setup.input },
    {
      thinker: backend,
      verifier: setup.verifier,
      clock,
      signal: setup.signal ?? new AbortController().signal,
      deadlineAtMs: setup.deadlineAtMs ?? Number.POSITIVE_INFINITY,
      capabilities: fullCapabilities,
      pressure: setup.pressure,
    },
  );
  for (;;) {
    const next = await stream.next();
    if (next.done) {
      expect(events[0]?.type).toBe("solve-started");
      expect(events.filter((event) => event.type === "solve-ended")).toHaveLength(1);
      expect(events.at(-1)).toEqual({ type: "solve-ended", outcome: next.value });
      expect(backend.opened.every((call) => call.closed)).toBe(true);
      return { events, outcome: next.value, backend };
    }
    events.push(next.value);
    setup.onEvent?.(next.value);
  }
}

const verdict = (score: number): Verdict[] => [{ verifier: "prm", score }];
const withVerifier = { verificationRounds: 1, selection: "weighted-vote", method: "best-of-n" } as const;

describe("solve", () => {
  it("stops when the leader is safe, and books every token once", async () => {
    const { outcome, backend } = await run({ scripts: () => ({ text: chain(42) }) });
    expect(outcome.answer).toBe("42");
    expect(outcome.stopReason).toBe("confident");
    expect(outcome.samplesVoted).toBe(4);
    expect(outcome.ledger.answerTokens).toBe(backend.spent.stop);
    expect(outcome.ledger.cancelledTokens).toBe(backend.spent.cancelled);
  });

  it("starts no more samples than could be needed to stop", async () => {
    const { backend } = await run({ scripts: () => ({ text: chain(42) }) });
    expect(backend.started).toEqual([0, 1, 2, 3]);
  });

  it("fills the window and refills it while answers differ, then takes the majority", async () => {
    const { outcome, backend } = await run({
      scripts: (i) => ({ text: chain(i % 3 === 0 ? i : 42) }),
      plan: { window: 4 },
    });
    expect(backend.maxLive).toBe(4);
    expect(outcome.answer).toBe("42");
    expect(outcome.samplesStarted).toBe(8);
    expect(outcome.candidates[0]?.samples).toBe(5);
  });

  it("cancels what is in flight on a stop and waits for its exact usage", async () => {
    const slow = (i: number): Script => ({
      text: i < 4 ? chain(42) : `${"9".repeat(500)}\n`,
      msPerToken: i < 2 ? 1 : 2,
    });
    const { outcome, events, backend } = await run({
      scripts: slow,
      plan: { window: 8, stopRule: { name: "beta", threshold: 0.99, minVotes: 1 }, samples: 8 },
    });
    expect(outcome.samplesCancelled).toBe(
      events.filter((e) => e.type === "sample-ended" && e.reason === "cancelled").length,
    );
    expect(outcome.ledger.cancelledTokens).toBe(backend.spent.cancelled);
    expect(backend.live).toBe(0);
  });

  it("votes by verifier scores where there are any", async () => {
    const { outcome } = await run({
      scripts: (i) => ({ text: chain(i < 3 ? 41 : 42) }),
      plan: { ...withVerifier, samples: 5, stopRule: { name: "none", threshold: 1, minVotes: 1 } },
      verifier: createScriptedVerifier((text) => verdict(text.includes("42") ? 0.95 : 0.2)),
    });
    expect(outcome.answer).toBe("42");
    expect(outcome.confidence?.kind).toBe("verifier");
    expect(outcome.ledger.verifierTokens).toBe(10);
  });

  it("stops after one sample that the verifier is sure of", async () => {
    const { outcome } = await run({
      scripts: () => ({ text: chain(42) }),
      plan: { ...withVerifier, stopRule: { name: "confidence", threshold: 0.75, minVotes: 1 } },
      verifier: createScriptedVerifier(() => verdict(0.99)),
    });
    expect(outcome.stopReason).toBe("confident");
    expect(outcome.samplesStarted).toBe(1);
  });

  it("prunes a sample on a bad step while it is still generating", async () => {
    const { outcome, backend } = await run({
      scripts: (i) => ({ text: i === 0 ? `6 * 7 = 13\n${"1 + 1 = 2\n".repeat(50)}Answer: 13` : chain(42) }),
      plan: { ...withVerifier, samples: 3, window: 3 },
      verifier: createScriptedVerifier((text) => verdict(text.includes("13") ? 0.001 : 0.9)),
    });
    expect(outcome.samplesPruned).toBe(1);
    expect(outcome.answer).toBe("42");
    expect(outcome.ledger.cancelledTokens).toBe(backend.spent.cancelled);
    expect(backend.spent.cancelled).toBeLessThan(30);
  });

  it("does not prune the last hope", async () => {
    const { outcome } = await run({
      scripts: () => ({ text: chain(13) }),
      plan: { ...withVerifier, samples: 1, window: 1 },
      verifier: createScriptedVerifier(() => verdict(0.001)),
    });
    expect(outcome.samplesPruned).toBe(0);
    expect(outcome.answer).toBe("13");
    expect(outcome.confidence?.value).toBeLessThan(0.4);
  });

  it("goes on with plain votes when the verifier fails to open, breaks or stays silent", async () => {
    const broken = [
      createScriptedVerifier(() => verdict(0.9), { openFails: true }),
      createScriptedVerifier(() => verdict(0.9), { breaksAfter: 3 }),
      createScriptedVerifier(() => undefined),
    ];
    for (const verifier of broken) {
      const { outcome, events } = await run({ scripts: () => ({ text: chain(42) }), plan: withVerifier, verifier });
      expect(outcome.answer).toBe("42");
      expect(outcome.confidence?.kind).toBe("agreement");
      expect(outcome.degradations).toHaveLength(1);
      expect(events.filter((e) => e.type === "plan-changed").map((e) => e.reason)).toEqual(["degraded"]);
    }
  });

  it("counts votes alike where the verifier abstains", async () => {
    const { outcome } = await run({
      scripts: () => ({ text: chain(42) }),
      plan: withVerifier,
      verifier: createScriptedVerifier(() => [{ verifier: "prm", abstention: "not my field" }]),
    });
    expect(outcome.confidence?.kind).toBe("agreement");
    expect(outcome.candidates[0]?.votes).toBe(outcome.samplesVoted);
  });

  it("answers with the best so far a little before the deadline", async () => {
    const scripts = (i: number): Script => ({ text: i === 0 ? chain(42) : "7".repeat(10_000), msPerToken: 10 });
    const { outcome } = await run({ scripts, deadlineAtMs: 1_000 });
    expect(outcome.stopReason).toBe("deadline");
    expect(outcome.answer).toBe("42");
    expect(outcome.latencyMs).toBeLessThanOrEqual(1_000);
  });

  it("has no answer, but an outcome, when the deadline comes first", async () => {
    const { outcome } = await run({ scripts: () => ({ text: chain(42), msPerToken: 1_000 }), deadlineAtMs: 500 });
    expect(outcome).toMatchObject({ stopReason: "deadline", answer: undefined, confidence: undefined });
  });

  it("says so when cancelled samples do not report in time", async () => {
    const scripts = (i: number): Script => (i === 0 ? { text: "1".repeat(20), hangs: true } : { text: chain(42) });
    const { outcome } = await run({ scripts });
    expect(outcome.answer).toBe("42");
    expect(outcome.ledger.cancelledTokens).toBe(20);
    expect(outcome.degradations).toHaveLength(1);
  });

  it("never spends more than its ledger holds, and uses what is left", async () => {
    const scripts = (i: number): Script => ({ text: chain(`${i}${"0".repeat(20)}`) });
    const { outcome, backend } = await run({ scripts, input: { caps: { maxOutputTokens: 200 } } });
    expect(outcome.stopReason).toBe("budget");
    expect(outputTokensOf(outcome.ledger)).toBeLessThanOrEqual(200);
    expect(outputTokensOf(outcome.ledger)).toBeGreaterThan(150);
    expect(backend.opened.length).toBeGreaterThan(1);
  });

  it("makes no more calls than it may", async () => {
    const scripts = (i: number): Script => ({ text: chain(`${i}`) });
    const { outcome } = await run({ scripts, input: { caps: { maxCalls: 3 } } });
    expect(outcome).toMatchObject({ stopReason: "budget", samplesStarted: 3, samplesVoted: 3 });
    expect(outcome.ledger).toMatchObject({ calls: 3, maxCalls: 3 });
  });

  it("counts prompts, samples and the verifier against one limit, and gives up the verifier before the answer", async () => {
    const scripts = (i: number): Script => ({ text: chain(`${i}`) });
    const roomy = await run({
      ...{ scripts, plan: withVerifier, verifier: createScriptedVerifier(() => verdict(0.6)) },
      input: { caps: { maxTotalTokens: 1_500 } },
    });
    expect(roomy.outcome.ledger.verifierTokens).toBeGreaterThan(0);
    expect(totalTokensOf(roomy.outcome.ledger)).toBeLessThanOrEqual(1_500);
    const tight = await run({
      ...{ scripts, plan: withVerifier, verifier: createScriptedVerifier(() => verdict(0.6)) },
      input: { caps: { maxTotalTokens: 200 } },
    });
    expect(tight.outcome.answer).toBeDefined();
    expect(tight.outcome.degradations).toEqual(["the ledger has no room for the verifier: votes count alike"]);
    expect(totalTokensOf(tight.outcome.ledger)).toBeLessThanOrEqual(200);
  });

  it("keeps to a price", async () => {
    const scripts = (i: number): Script => ({ text: chain(`${i}`) });
    const prices = { promptUsd: 1, outputUsd: 5 };
    const { outcome } = await run({ scripts, input: { caps: { maxCostUsd: 0.0006 }, prices } });
    expect(outcome.stopReason).toBe("budget");
    expect(outcome.ledger.costUsd).toBeLessThanOrEqual(0.0006);
    expect(outcome.samplesVoted).toBeGreaterThan(1);
  });

  it("asks for hedges only where the ledger has room for them", async () => {
    const scripts = () => ({ text: chain(42) });
    const routing = { affinityKey: "s", priority: 5 };
    const free = await run({ scripts, input: { routing } });
    expect(free.backend.opened[0]?.options.routing).toEqual({ ...routing, hedge: true });
    const roomy = await run({ scripts, input: { routing, hedges: true, caps: { maxOutputTokens: 20_000 } } });
    expect(roomy.backend.opened[0]?.options.routing).toEqual({ ...routing, hedge: true, maxAttempts: 2 });
    const tight = await run({ scripts, input: { routing, hedges: true, caps: { maxOutputTokens: 500 } } });
    expect(tight.backend.opened[0]?.options.routing).toEqual({ ...routing, hedge: false, maxAttempts: 1 });
  });

  it("cuts N and K when pressure rises, then the verifier, each time visibly, and spends no more on doubt", async () => {
    let asked = 0;
    const { outcome, events, backend } = await run({
      scripts: (i) => ({ text: chain(i) }),
      plan: { ...withVerifier, window: 8, windowFixed: true, stopRule: { name: "none", threshold: 1, minVotes: 1 } },
      verifier: createScriptedVerifier(() => verdict(0.5)),
      pressure: () => {
        asked += 1;
        return asked < 3 ? "high" : "severe";
      },
    });
    const changes = events.flatMap((e) => (e.type === "plan-changed" ? [e] : []));
    expect(changes.map(({ reason, plan }) => [reason, plan.samples, plan.window, plan.verificationRounds])).toEqual([
      ["degraded", 4, 4, 1],
      ["degraded", 2, 2, 0],
    ]);
    expect(backend.maxLive).toBeLessThanOrEqual(4);
    expect(outcome.samplesStarted).toBeLessThanOrEqual(4);
    expect(outcome.degradations).toHaveLength(2);
    expect(outcome.confidence?.kind).toBe("agreement");
  });

  it("lets a sample that had finished vote when its verdict comes just after the stop", async () => {
    // Both samples have ended before the verifier says anything; what it says of the first one ends the solve.
    const late = createScriptedVerifier((text) => verdict(text.includes("41") ? 0.99 : 0.9), { saysAfter: 4 });
    const { outcome, events } = await run({
      scripts: (i) => ({ text: chain(i === 1 ? 41 : 42) }),
      plan: {
        ...{ ...withVerifier, samples: 2, window: 2, windowFixed: true },
        stopRule: { name: "confidence", threshold: 0.6, minVotes: 1 },
      },
      verifier: late,
    });
    expect(outcome.stopReason).toBe("confident");
    const votes = events.flatMap((e) => (e.type === "sample-ended" && e.vote !== undefined ? [e.sample] : []));
    expect(votes).toEqual([0, 1]);
    expect(outcome.samplesVoted).toBe(2);
    expect(outcome.answer).toBe("41");
  });

  it("replaces failed samples within the retries, and goes on without the others", async () => {
    const scripts = (i: number): Script => (i < 4 ? { text: "6 *", fails: { retryable: true } } : { text: chain(42) });
    const { outcome, backend } = await run({ scripts, plan: { samples: 5, window: 5 } });
    expect(outcome.samplesFailed).toBe(4);
    expect(outcome.samplesStarted).toBe(7);
    expect(outcome.answer).toBe("42");
    expect(outcome.ledger.failedTokens).toBe(backend.spent.failed);
  });

  it("fails with a reason when every sample does", async () => {
    const { outcome } = await run({ scripts: () => ({ text: "", fails: { retryable: false } }), plan: { samples: 2 } });
    expect(outcome).toMatchObject({ stopReason: "failed", answer: undefined, failure: "scripted failure" });
  });

  it("falls back once to a cheaper strategy when every sample fails in a way that may pass, visibly", async () => {
    const plan = makePlan({ problem, difficulty, overrides: {}, capabilities: fullCapabilities, verifiers: [] });
    const failing = (count: number) => (i: number) =>
      i < count ? { text: "6 *", fails: { retryable: true } } : { text: chain(42) };
    const all = plan.samples + 2;
    const saved = await run({ scripts: failing(all), plan });
    expect(saved.outcome.answer).toBe("42");
    expect(saved.outcome.degradations).toEqual(["every sample of adaptive failed: on with balanced"]);
    const change = saved.events.find((e) => e.type === "plan-changed");
    expect(change).toMatchObject({ reason: "degraded", plan: { strategy: "balanced", timeoutMs: plan.timeoutMs } });
    const lost = await run({ scripts: failing(1_000), plan });
    expect(lost.outcome).toMatchObject({ stopReason: "failed", samplesStarted: all + 3 + 2 });
  });

  it("opens another call when one breaks", async () => {
    const { outcome, backend } = await run({ scripts: () => ({ text: chain(42) }), faults: { loseCallAfter: 1 } });
    expect(outcome.answer).toBe("42");
    expect(outcome.stopReason).toBe("confident");
    expect(backend.opened.length).toBe(2);
    expect(outcome.degradations).toHaveLength(1);
  });

  it("throws what opening the backend throws, and leaves nothing open", async () => {
    await expect(run({ scripts: () => ({ text: "" }), faults: { openFailures: 1 } })).rejects.toThrow("does not open");
  });

  it("does not wait for a backend that does not open", async () => {
    const late = run({ scripts: () => ({ text: "" }), faults: { opensAfterMs: 60_000 }, deadlineAtMs: 500 });
    await expect(late).rejects.toMatchObject({ code: "deadline-exceeded" });
    const controller = new AbortController();
    controller.abort();
    const cancelled = run({
      scripts: () => ({ text: "" }),
      faults: { opensAfterMs: 60_000 },
      signal: controller.signal,
    });
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
  });

  it("ends with the best answer so far when it is cancelled", async () => {
    const controller = new AbortController();
    const { outcome } = await run({
      scripts: (i) => ({ text: i === 0 ? chain(42) : "5".repeat(5_000) }),
      signal: controller.signal,
      onEvent: (event) => event.type === "confidence-changed" && controller.abort(),
    });
    expect(outcome.stopReason).toBe("cancelled");
    expect(outcome.answer).toBe("42");
  });

  it("says that it was drained when that is why it was aborted", async () => {
    const controller = new AbortController();
    const { outcome } = await run({
      scripts: () => ({ text: "5".repeat(5_000) }),
      signal: controller.signal,
      onEvent: (event) => event.type === "thought-delta" && controller.abort("draining"),
    });
    expect(outcome.stopReason).toBe("draining");
  });

  it("cuts a sample at its step limit, without an answer, the answer line not counted", async () => {
    const lines = (n: number) => `${"1 + 1 = 2\n".repeat(n)}Answer: 2`;
    const cut = await run({ scripts: () => ({ text: lines(5) }), plan: { samples: 1, window: 1, maxSteps: 4 } });
    expect(cut.outcome).toMatchObject({ answer: undefined, stopReason: "exhausted" });
    expect(cut.outcome.ledger.cancelledTokens).toBe(cut.backend.spent.cancelled);
    expect(cut.events.find((e) => e.type === "sample-ended")).toMatchObject({ reason: "length", vote: undefined });
    const kept = await run({ scripts: () => ({ text: lines(4) }), plan: { samples: 1, window: 1, maxSteps: 4 } });
    expect(kept.outcome.answer).toBe("2");
  });

  it("escalates from fast when its one sample was cut, visibly", async () => {
    const text = `${"1 + 1 = 2\n".repeat(6)}Answer: 2`;
    const plan = makePlan({
      problem,
      difficulty,
      overrides: { strategy: "fast" },
      capabilities: fullCapabilities,
      verifiers: [],
    });
    const { outcome, events } = await run({ scripts: () => ({ text }), plan });
    expect(outcome.answer).toBe("2");
    const change = events.find((e) => e.type === "plan-changed");
    expect(change).toMatchObject({ reason: "escalated", plan: { strategy: "balanced" } });
  });

  it("frees everything when its consumer leaves early", async () => {
    clock = createVirtualClock();
    const backend = createScriptedBackend(clock, () => ({ text: "3".repeat(1_000) }));
    const verifier = createScriptedVerifier(() => verdict(0.9));
    const stream = solve(
      { solveId: "s", problem, plan: basePlan(withVerifier), difficulty, answerKind: "number" },
      {
        thinker: backend,
        verifier,
        clock,
        signal: new AbortController().signal,
        deadlineAtMs: Number.POSITIVE_INFINITY,
        capabilities: fullCapabilities,
      },
    );
    for await (const event of stream) if (event.type === "thought-delta") break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(backend.opened.every((call) => call.closed)).toBe(true);
    expect(backend.live).toBe(0);
    expect(verifier.calls.every((call) => call.closed)).toBe(true);
  });
});

describe("solve, whatever samples do", () => {
  const script = fc.record({
    text: fc.constantFrom(chain(42), chain(41), chain(7), "no idea", "", `${"1 + 1 = 2\n".repeat(12)}Answer: 2`),
    msPerToken: fc.integer({ min: 1, max: 9 }),
    fails: fc.option(fc.record({ retryable: fc.boolean() }), { nil: undefined, freq: 6 }),
  });
  const setups = fc.record({
    scripts: fc.array(script, { minLength: 1, maxLength: 12 }),
    samples: fc.integer({ min: 1, max: 10 }),
    window: fc.integer({ min: 1, max: 10 }),
    rule: fc.constantFrom("none", "beta", "confidence") as fc.Arbitrary<"none" | "beta" | "confidence">,
    minVotes: fc.integer({ min: 1, max: 4 }),
    budget: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
    scores: fc.option(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), { nil: undefined }),
    deadlineAtMs: fc.constantFrom(50, 300, 5_000),
  });

  it("spends within the ledger, keeps the window, counts each token once and ends once", async () => {
    await fc.assert(
      fc.asyncProperty(setups, async (setup) => {
        let asked = 0;
        const { scores } = setup;
        const { outcome, backend, events } = await run({
          scripts: (i) => setup.scripts[i % setup.scripts.length] as Script,
          plan: {
            ...(scores ? withVerifier : {}),
            samples: setup.samples,
            window: Math.min(setup.window, setup.samples),
            maxSteps: 8,
            stopRule: { name: setup.rule, threshold: 0.9, minVotes: setup.minVotes, minGain: 0.03 },
          },
          verifier: scores && createScriptedVerifier(() => verdict(scores[asked++ % scores.length] as number)),
          input: { caps: { maxOutputTokens: setup.budget }, overrides: { samples: setup.samples } },
          deadlineAtMs: setup.deadlineAtMs,
        });
        const { spent } = backend;
        expect(outcome.ledger.answerTokens).toBe(spent.stop + spent.length);
        expect(outcome.ledger.cancelledTokens).toBe(spent.cancelled);
        expect(outcome.ledger.failedTokens).toBe(spent.failed);
        expect(outputTokensOf(outcome.ledger)).toBeLessThanOrEqual(setup.budget ?? Number.POSITIVE_INFINITY);
        expect(backend.maxLive).toBeLessThanOrEqual(Math.min(setup.window, setup.samples));
        expect(backend.live).toBe(0);
        const started = events.filter((e) => e.type === "sample-started").length;
        const ended = events.filter((e) => e.type === "sample-ended");
        expect(ended).toHaveLength(started);
        expect(outcome.samplesStarted).toBe(started);
        expect(outcome.samplesStarted).toBeLessThanOrEqual(setup.samples + 2);
        expect(outcome.samplesVoted).toBe(ended.filter((e) => e.vote !== undefined).length);
        if (outcome.stopReason === "confident") expect(outcome.samplesVoted).toBeGreaterThanOrEqual(setup.minVotes);
        if (outcome.confidence) expect(outcome.confidence.value).toBeLessThan(1);
        expect(outcome.answer === undefined).toBe(outcome.samplesVoted === 0);
      }),
      { numRuns: 150 },
    );
  });
});
