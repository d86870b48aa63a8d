import {
  type Difficulty,
  type Outcome,
  outputTokensOf,
  type Plan,
  problemFromPrompt,
  type SolveEvent,
  type Verifier,
} from "@reckon/core";
import { makePlan } from "@reckon/planning";
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

let clock: VirtualClock;
afterEach(() => clock.stop());

interface Setup {
  readonly scripts: (sample: number) => Script;
  readonly plan?: Partial<Plan>;
  readonly input?: Partial<SolveInput>;
  readonly verifier?: Verifier;
  readonly deadlineAtMs?: number;
  readonly signal?: AbortSignal;
  readonly faults?: Parameters<typeof createScriptedBackend>[2];
  readonly onEvent?: (event: SolveEvent) => void;
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

describe("solve", () => {
  it("stops when the leader is safe, and books every token once", async () => {
    const { outcome, backend } = await run({ scripts: () => ({ text: chain(42) }) });
    expect(outcome.answer).toBe("42");
    expect(outcome.stopReason).toBe("confident");
    expect(outcome.samplesVoted).toBe(4);
    expect(outcome.ledger.answerTokens).toBe(backend.spent.stop);
    expect(outcome.ledger.cancelledTokens).toBe(backend.spent.cancelled);
  });
});
