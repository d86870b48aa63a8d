import {
  type Difficulty,
  type Outcome,
  outputTokensOf,
  type PlanOverrides,
  problemFromPrompt,
  type SolveEvent,
  type Verdict,
  type Verifier,
} from "@reckon/core";
import { makePlan, type Pressure } from "@reckon/planning";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createScriptedVerifier, createVirtualClock, fullCapabilities, type VirtualClock } from "../scripted-ports.ts";
import { solve } from "../solve.ts";
import type { SolveInput } from "../solve-ports.ts";
import { type Continuation, createStepwiseBackend, type StepwiseBackend } from "./stepwise-backend.fixture.ts";

const difficulty: Difficulty = {
  ...{ score: 0.5, signals: [], priorAlpha: 1, priorBeta: 1, historyCount: 0, overridden: false },
};
const problem = problemFromPrompt("What is 6 * 7 + 1?", "number");
const methods: readonly PlanOverrides[] = [
  { method: "beam", samples: 2, expansions: 2 },
  { method: "beam", samples: 2, expansions: 2, lookAhead: 1 },
  { method: "beam", samples: 2, expansions: 2, diverse: true },
  { method: "monte-carlo", samples: 4 },
  { method: "monte-carlo", samples: 4, diverse: true },
  { method: "tree", samples: 4, expansions: 2 },
  { method: "tree", samples: 4, diverse: true },
  { method: "revision", samples: 4, attempts: 2 },
  { method: "best-of-n", samples: 4, rejectEarly: true },
  { method: "beam", samples: 2, expansions: 2, drafts: 2 },
  { method: "monte-carlo", samples: 4, drafts: 1 },
];
const nameOf = ({ method, diverse, lookAhead, drafts }: PlanOverrides) =>
  `${method}${diverse ? " (diverse)" : ""}${lookAhead ? " (look-ahead)" : ""}${drafts ? " (after drafts)" : ""}`;

let clock: VirtualClock | undefined;
afterEach(() => clock?.stop());

/** Every other continuation goes wrong at the first step, and stays wrong. */
function alternating(prefix: string, nth: number): Continuation {
  const first = nth % 2 === 0 ? "6 * 7 = 42" : "6 * 7 = 41";
  const lines = prefix === "" ? [first] : prefix.trimEnd().split("\n");
  const value = lines[0]?.endsWith("42") ? 43 : 42;
  const whole = [lines[0], `${value - 1} + 1 = ${value}`, `Answer: ${value}`].join("\n");
  return { text: whole.slice(prefix.length) };
}

/** Scores wrong steps low. */
const honest = () =>
  createScriptedVerifier((text): Verdict[] => {
    const bad = text.includes("41") || text.endsWith(" 42");
    return [{ verifier: "prm", score: bad && !text.startsWith("6 * 7 = 42") ? 0.1 : 0.9 }];
  });

interface Setup {
  readonly overrides: PlanOverrides;
  readonly next?: (prefix: string, nth: number) => Continuation;
  readonly verifier?: Verifier | undefined;
  readonly input?: Partial<SolveInput>;
  readonly signal?: AbortSignal;
  readonly faults?: Parameters<typeof createStepwiseBackend>[2];
  readonly pressure?: () => Pressure;
  readonly onEvent?: (event: SolveEvent) => void;
}

async function run(setup: Setup): Promise<{ events: SolveEvent[]; outcome: Outcome; backend: StepwiseBackend }> {
  clock = createVirtualClock();
  const { overrides } = setup;
  const backend = createStepwiseBackend(clock, setup.next ?? alternating, setup.faults);
  const verifier = "verifier" in setup ? setup.verifier : honest();
  const wanted = { verificationRounds: 1, earlyStopping: false, seed: 1, ...overrides };
  const plan = makePlan({
    ...{ problem, difficulty, overrides: wanted, capabilities: fullCapabilities },
    verifiers: ["prm"],
  });
  const input = { solveId: "s", problem, plan, difficulty, answerKind: undefined, seed: 1, overrides: wanted };
  const events: SolveEvent[] = [];
  const generator = solve(
    { ...input, ...setup.input },
    {
      ...{ thinker: backend, verifier, clock, capabilities: fullCapabilities, pressure: setup.pressure },
      signal: setup.signal ?? new AbortController().signal,
      deadlineAtMs: Number.POSITIVE_INFINITY,
    },
  );
  for await (const event of generator) {
    events.push(event);
    setup.onEvent?.(event);
  }
  const last = events.at(-1);
  if (last?.type !== "solve-ended") throw new Error("no outcome");
  return { events, outcome: last.outcome, backend };
}

/** What must hold of every solve, however it went. */
function expectWhole(events: readonly SolveEvent[], outcome: Outcome, backend: StepwiseBackend): void {
  const of = <T extends SolveEvent["type"]>(type: T) =>
    events.filter((event): event is SolveEvent & { type: T } => event.type === type);
  expect(events[0]?.type).toBe("solve-started");
  expect(of("solve-started")).toHaveLength(1);
  expect(of("solve-ended")).toHaveLength(1);
  expect(
    of("sample-ended")
      .map(({ sample }) => sample)
      .sort(),
  ).toEqual(
    of("sample-started")
      .map(({ sample }) => sample)
      .sort(),
  );
  const told = of("sample-ended").reduce((sum, { usage }) => sum + usage.outputTokens, 0);
  expect(outputTokensOf(outcome.ledger)).toBe(backend.tokens);
  expect(told).toBe(backend.tokens);
  const cancelled = of("sample-ended").filter(({ reason }) => reason === "pruned" || reason === "cancelled");
  expect(outcome.ledger.cancelledTokens).toBe(cancelled.reduce((sum, { usage }) => sum + usage.outputTokens, 0));
  expect(backend.live).toBe(0);
  expect(backend.opened.every(({ closed }) => closed)).toBe(true);
}

describe.each(methods.map((overrides) => ({ name: nameOf(overrides), overrides })))("$name", ({ overrides }) => {
  it("finds the right answer, tells a whole story, and has each token on the ledger once", async () => {
    const { events, outcome, backend } = await run({ overrides });
    expect(outcome).toMatchObject({ answer: "43", stopReason: "exhausted" });
    expectWhole(events, outcome, backend);
    for (const event of events.filter((event) => event.type === "sample-ended")) {
      const text = events
        .flatMap((e) => (e.type === "thought-delta" && e.sample === event.sample ? e.text : []))
        .join("");
      if (event.vote !== undefined) expect(text).toMatch(/^6 \* 7 = \d+\n\d+ \+ 1 = \d+\nAnswer: \d+$/);
    }
  });

  it("ends at a dry ledger with the best answer there was money for, and never spends more", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (maxOutputTokens) => {
        const { events, outcome, backend } = await run({ overrides, input: { caps: { maxOutputTokens } } });
        expect(outputTokensOf(outcome.ledger)).toBeLessThanOrEqual(maxOutputTokens);
        expectWhole(events, outcome, backend);
        clock?.stop();
      }),
      { numRuns: 15 },
    );
  });

  it("ends at once when it is cancelled, with what was spent on the ledger", async () => {
    const controller = new AbortController();
    const onEvent = (event: SolveEvent) => event.type === "thought-delta" && controller.abort();
    const { events, outcome, backend } = await run({ overrides, signal: controller.signal, onEvent });
    expect(outcome.stopReason).toBe("cancelled");
    expectWhole(events, outcome, backend);
  });

  it("lets a failed continuation cost its own path alone", async () => {
    let count = 0;
    const next = (prefix: string, nth: number): Continuation => {
      count += 1;
      return count === 2 ? { text: "6 *", fails: true } : alternating(prefix, nth);
    };
    const { events, outcome, backend } = await run({ overrides, next });
    expect(outcome).toMatchObject({ answer: "43", samplesFailed: 1 });
    expectWhole(events, outcome, backend);
  });

  it("goes on by votes alone, visibly, where the verifier breaks", async () => {
    const verifier = createScriptedVerifier(() => [{ verifier: "prm", score: 0.9 }], { breaksAfter: 2 });
    const { events, outcome, backend } = await run({ overrides, verifier });
    expect(outcome.answer).toBeDefined();
    expect(outcome.degradations.join()).toContain("the verifier failed");
    expectWhole(events, outcome, backend);
  });

  it("frees everything when its consumer leaves", async () => {
    clock = createVirtualClock();
    const backend = createStepwiseBackend(clock, alternating);
    const verifier = honest();
    const wanted = { verificationRounds: 1, ...overrides };
    const plan = makePlan({
      ...{ problem, difficulty, capabilities: fullCapabilities },
      overrides: wanted,
      verifiers: ["prm"],
    });
    const generator = solve(
      { solveId: "s", problem, plan, difficulty, answerKind: undefined },
      {
        ...{ thinker: backend, verifier, clock, capabilities: fullCapabilities },
        signal: new AbortController().signal,
        deadlineAtMs: Number.POSITIVE_INFINITY,
      },
    );
    for await (const event of generator) if (event.type === "thought-delta") break;
    for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
    expect(backend.live).toBe(0);
    expect(backend.opened.every(({ closed }) => closed)).toBe(true);
    expect(verifier.calls.every(({ closed }) => closed)).toBe(true);
  });
});

describe("a search", () => {
  it("brings its paths to answers before the deadline", async () => {
    // Step by step it would go on for ever; whoever lets it write gets an answer.
    const { events, outcome, backend } = await run({
      overrides: { method: "beam", samples: 2, expansions: 2, timeoutMs: 400, maxSteps: 64 },
      next: (_prefix, nth) => ({ text: `${nth} + 1 = 2 and so on\n2 + 1 = 3\nAnswer: 43` }),
    });
    expect(outcome).toMatchObject({ answer: "43", stopReason: "deadline" });
    expectWhole(events, outcome, backend);
  });

  it("stops as soon as the votes are enough, and cancels the rest", async () => {
    const { outcome } = await run({
      overrides: { method: "tree", samples: 32, earlyStopping: true, confidenceThreshold: 0.6 },
    });
    expect(outcome.stopReason).toBe("confident");
    expect(outcome.samplesVoted).toBeLessThan(32);
  });

  it("does not score or continue the same path twice in a beam", async () => {
    const { events, outcome } = await run({
      overrides: { method: "beam", samples: 2, expansions: 4 },
      next: (prefix) => ({ text: "6 * 7 = 42\n42 + 1 = 43\nAnswer: 43".slice(prefix.length) }),
    });
    expect(outcome.samplesVoted).toBe(1);
    expect(events.filter((event) => event.type === "step-scored")).toHaveLength(3);
  });

  it("ends where a chain has no more to say, also without an answer line", async () => {
    const { events, outcome, backend } = await run({
      overrides: { method: "beam", samples: 1, expansions: 2 },
      next: (prefix) => ({ text: "6 * 7 = 42\n42 + 1 = 43".slice(prefix.length) }),
    });
    expect(outcome.stopReason).toBe("exhausted");
    expectWhole(events, outcome, backend);
  });

  it("says so where the verifier scores no step", async () => {
    const verifier = createScriptedVerifier(() => [{ verifier: "prm", abstention: "out of its field" }]);
    const { outcome } = await run({ overrides: { method: "beam", samples: 2, expansions: 2 }, verifier });
    expect(outcome.answer).toBeDefined();
    expect(outcome.degradations.join()).toContain("out of its field");
  });

  it("thinks on in the same chain after its answer where revision is to force it", async () => {
    const { events, outcome, backend } = await run({
      overrides: { method: "revision", samples: 2, attempts: 2, diverse: true },
      verifier: undefined,
      next: (prefix) => ({ text: prefix.endsWith("Wait") ? ", no.\nAnswer: 43" : "6 * 7 = 42\nAnswer: 42" }),
    });
    expect(backend.asked.at(-1)?.prefix).toBe("6 * 7 = 42\nAnswer: 42\nWait");
    expect(outcome.candidates.map(({ answer }) => answer)).toEqual(["42", "43"]);
    expectWhole(events, outcome, backend);
  });

  it("shows a model its attempt again where no verifier says what to keep", async () => {
    const { outcome, backend } = await run({
      overrides: { method: "revision", samples: 2, attempts: 2 },
      verifier: undefined,
      next: () => ({ text: "Answer: 43" }),
    });
    expect(outcome).toMatchObject({ answer: "43", samplesVoted: 2 });
    expect(backend.problems.at(-1)?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  });

  it("searches only where whole samples leave doubt", async () => {
    const stopRule = { name: "confidence", threshold: 0.8, minVotes: 1 } as const;
    const overrides: PlanOverrides = { method: "beam", samples: 2, drafts: 1, earlyStopping: true, stopRule };
    const sure = await run({ overrides, next: () => ({ text: "6 * 7 = 42\n42 + 1 = 43\nAnswer: 43" }) });
    expect(sure.outcome).toMatchObject({ answer: "43", stopReason: "confident", samplesStarted: 1 });
    expect(sure.backend.asked.map(({ one }) => one)).toEqual([false]);
    expectWhole(sure.events, sure.outcome, sure.backend);
    // Its draft is wrong, and looks it.
    const doubtful = await run({
      overrides,
      next: (prefix, nth) =>
        prefix === "" && nth < 1 ? { text: "6 * 7 = 41\n41 + 1 = 42\nAnswer: 42" } : alternating(prefix, nth),
    });
    expect(doubtful.backend.asked.slice(0, 2).map(({ one }) => one)).toEqual([false, true]);
    expect(doubtful.outcome.answer).toBe("43");
    expectWhole(doubtful.events, doubtful.outcome, doubtful.backend);
  });

  it("keeps at most the window in flight", async () => {
    const { backend } = await run({ overrides: { method: "beam", samples: 4, expansions: 4, window: 3 } });
    expect(backend.maxLive).toBe(3);
  });

  it("goes on over another call where one is lost", async () => {
    const { events, outcome } = await run({
      overrides: { method: "monte-carlo", samples: 4 },
      faults: { loseCallAfter: 2 },
    });
    expect(outcome.answer).toBeDefined();
    expect(events.filter(({ type }) => type === "solve-ended")).toHaveLength(1);
  });

  it("gives up verification under severe pressure and answers by votes", async () => {
    const { outcome } = await run({
      overrides: { method: "beam", samples: 4, expansions: 2 },
      pressure: () => "severe",
    });
    expect(outcome.answer).toBeDefined();
    expect(outcome.degradations.join()).toContain("pressure is severe");
  });
});
