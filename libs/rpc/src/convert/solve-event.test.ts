import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { emptyLedger, type Outcome, type Plan, type SolveEvent } from "@reckon/core";
import { SolveEventSchema } from "@reckon/proto/reckon/orchestrator/v1/event";
import { describe, expect, it } from "vitest";
import { solveEventFromProto, solveEventToProto } from "./solve-event.ts";

const plan: Plan = {
  strategy: "adaptive",
  method: "best-of-n",
  selection: "weighted-vote",
  samples: 16,
  window: 8,
  windowFixed: true,
  minSteps: 1,
  maxSteps: 32,
  maxSampleTokens: 512,
  verificationRounds: 2,
  stopRule: {
    ...{ name: "beta", threshold: 0.95, minVotes: 3, minGain: 0.01, gainPerKiloToken: 0.5, span: 4, unseen: 0.5 },
    ...{ bayesFactor: 20, guard: 0.5, inOrder: true },
  },
  timeoutMs: 30_000,
  temperature: 1,
  topP: 1,
  model: "reckon-1",
  reasons: ["the question is hard"],
};
const ledger = {
  ...emptyLedger(5_000),
  calls: 4,
  promptTokens: 40,
  answerTokens: 300,
  cancelledTokens: 20,
  verifierTokens: 7,
};
const candidate = { canonical: "5", answer: "x = 5", samples: 3, votes: 2.5, share: 0.9 };
const outcome: Outcome = {
  answer: "5",
  confidence: { value: 0.93, kind: "calibrated" },
  stopReason: "confident",
  candidates: [candidate],
  ledger,
  latencyMs: 1_234,
  samplesStarted: 4,
  samplesVoted: 3,
  samplesCancelled: 1,
  samplesPruned: 0,
  samplesFailed: 0,
  meanSteps: 2.5,
  failure: undefined,
  degradations: ["the verifier did not answer"],
};
const nothing: Outcome = {
  ...outcome,
  answer: undefined,
  confidence: undefined,
  stopReason: "failed",
  candidates: [],
  samplesVoted: 0,
  meanSteps: undefined,
  failure: "no sample could be made",
  ledger: emptyLedger(),
};
const verdicts = [
  { verifier: "prm", score: 0.8 },
  { verifier: "checker", abstention: "no arithmetic in it" },
] as const;
const events: SolveEvent[] = [
  {
    type: "solve-started",
    solveId: "0191",
    difficulty: {
      score: 0.6,
      signals: [{ name: "length", value: 0.5, weight: 0.3, detail: "23 words" }],
      priorAlpha: 2,
      priorBeta: 3,
      historyCount: 4,
      overridden: false,
    },
    plan,
    answerKind: "number",
  },
  { type: "sample-started", sample: 3 },
  { type: "thought-delta", sample: 3, step: 1, text: "2 + 3 = ", outputTokens: 9 },
  { type: "step-scored", sample: 3, step: 0, text: "2 + 3 = 5", verdicts },
  {
    type: "sample-ended",
    sample: 3,
    reason: "stop",
    answer: "5",
    canonical: "5",
    steps: 2,
    usage: { promptTokens: 12, cachedPromptTokens: 12, outputTokens: 30 },
    vote: 0.8,
    verdicts,
    meanLogprob: -0.5,
    failure: undefined,
  },
  {
    type: "sample-ended",
    sample: 4,
    reason: "failed",
    answer: undefined,
    canonical: undefined,
    steps: 0,
    usage: { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 },
    vote: undefined,
    verdicts: [],
    meanLogprob: undefined,
    failure: "the connection broke",
  },
  {
    type: "confidence-changed",
    confidence: { value: 0.7, kind: "agreement" },
    candidates: [candidate],
    leaderStays: 0.9,
    ledger: { ...ledger, maxOutputTokens: undefined },
  },
  { type: "plan-changed", reason: "escalated", detail: "confidence stayed at 0.4", plan },
  { type: "solve-ended", outcome },
  { type: "solve-ended", outcome: nothing },
];

describe("an event of a solve", () => {
  it.each(events.map((event) => [event.type, event] as const))("%s survives the wire (%#)", (_type, event) => {
    const bytes = toBinary(SolveEventSchema, solveEventToProto(event, 7, 1_500.4));
    const back = solveEventFromProto(fromBinary(SolveEventSchema, bytes));
    expect(back).toEqual({ sequence: 7, elapsedMs: 1_500, event });
  });

  it("of a kind or with an enum that is not known here is data loss", () => {
    expect(() => solveEventFromProto(create(SolveEventSchema))).toThrow(/does not know/);
    const message = solveEventToProto(events[4] as SolveEvent, 1, 0);
    if (message.event.case === "sampleEnded") message.event.value.reason = 99 as never;
    expect(() => solveEventFromProto(message)).toThrow(/SampleEnd 99/);
  });
});
