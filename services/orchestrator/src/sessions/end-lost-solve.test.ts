import { emptyLedger, type SampleEnd, type SolveEvent } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { endLostSolve } from "./end-lost-solve.ts";

const log = (...events: SolveEvent[]) => events.map((event, index) => ({ event, elapsedMs: 10 * (index + 1) }));
const started = (sample: number): SolveEvent => ({ type: "sample-started", sample });
const thought = (sample: number, outputTokens: number): SolveEvent => ({
  type: "thought-delta",
  sample,
  step: 0,
  text: "x",
  outputTokens,
});
const ended = (sample: number, reason: SampleEnd, outputTokens: number, vote?: number): SolveEvent => ({
  type: "sample-ended",
  sample,
  reason,
  answer: "4",
  canonical: "4",
  steps: 2,
  usage: { promptTokens: 3, cachedPromptTokens: 0, outputTokens },
  vote,
  verdicts: [],
  meanLogprob: undefined,
  failure: undefined,
});
const confident = (ledger: Partial<ReturnType<typeof emptyLedger>>, samples: number): SolveEvent => ({
  type: "confidence-changed",
  confidence: { value: 0.8, kind: "agreement" },
  candidates: [{ canonical: "4", answer: "4", samples, votes: samples, share: 1 }],
  leaderStays: 0.9,
  ledger: { ...emptyLedger(100), ...ledger },
});

describe("endLostSolve", () => {
  it("ends an empty log as lost, without an answer, and says why", () => {
    const outcome = endLostSolve([]);
    expect(outcome).toMatchObject({ answer: undefined, stopReason: "lost", samplesStarted: 0, latencyMs: 0 });
    expect(outcome.failure).toMatch(/lost before a sample had voted/);
  });

  it("takes the last candidates, confidence and ledger, and counts what ended and what was in flight", () => {
    const outcome = endLostSolve(
      log(
        started(0),
        started(1),
        started(2),
        thought(1, 5),
        ended(0, "stop", 10, 1),
        confident({ calls: 1, answerTokens: 10, promptTokens: 3, verifierTokens: 7 }, 1),
        ended(2, "pruned", 4),
        thought(1, 9),
      ),
    );
    expect(outcome).toMatchObject({
      answer: "4",
      confidence: { value: 0.8 },
      latencyMs: 80,
      samplesStarted: 3,
      samplesVoted: 1,
      samplesCancelled: 1,
      samplesPruned: 1,
      failure: undefined,
    });
    expect(outcome.ledger).toMatchObject({
      calls: 3,
      answerTokens: 10,
      cancelledTokens: 13,
      verifierTokens: 7,
      maxOutputTokens: 100,
    });
  });

  it("counts a sample once that is booked before its end is told", () => {
    const outcome = endLostSolve(
      log(
        started(0),
        started(1),
        thought(0, 17),
        thought(1, 17),
        ended(0, "stop", 17, 1),
        confident({ calls: 2, answerTokens: 34 }, 1),
      ),
    );
    expect(outcome.ledger).toMatchObject({ calls: 2, answerTokens: 34, cancelledTokens: 0 });
  });

  it("keeps what was told of events that are gone", () => {
    const outcome = endLostSolve(log(thought(40, 3), confident({ calls: 39, answerTokens: 900, failedTokens: 8 }, 30)));
    expect(outcome).toMatchObject({ samplesVoted: 30 });
    expect(outcome.ledger).toMatchObject({ calls: 39, answerTokens: 900, failedTokens: 8, cancelledTokens: 0 });
  });
});
