import { create } from "@bufbuild/protobuf";
import type { Candidate, Ledger, Outcome, Plan, SolveEvent } from "@reckon/client";
import { SolveEventSchema } from "@reckon/proto/reckon/orchestrator/v1/event";

/** Made-up events for tests of what is drawn from them. */
const plan: Plan = {
  strategy: "adaptive",
  method: "best-of-n",
  selection: "weighted-vote",
  samples: 8,
  window: 4,
  windowFixed: true,
  minSteps: 1,
  maxSteps: 16,
  maxSampleTokens: 512,
  verificationRounds: 2,
  stopRule: { name: "confidence", threshold: 0.85, minVotes: 1 },
  timeoutMs: 30_000,
  temperature: 1,
  topP: 1,
  model: "m",
  reasons: ["no strategy was named: adaptive is the default"],
};

const ledger: Ledger = {
  calls: 2,
  promptTokens: 20,
  answerTokens: 60,
  cancelledTokens: 7,
  failedTokens: 0,
  verifierTokens: 90,
  maxOutputTokens: undefined,
};

const candidates: Candidate[] = [
  { answer: "x = 2 or x = 3", canonical: "{2,3}", samples: 2, votes: 1.9, share: 0.95 },
  { answer: "x = 1", canonical: "1", samples: 1, votes: 0.1, share: 0.05 },
];

const outcome: Outcome = {
  answer: "x = 2 or x = 3",
  confidence: { value: 0.98, kind: "verifier" },
  stopReason: "confident",
  candidates,
  ledger,
  latencyMs: 1240,
  samplesStarted: 4,
  samplesVoted: 3,
  samplesCancelled: 1,
  samplesPruned: 0,
  samplesFailed: 0,
  meanSteps: 4,
  failure: undefined,
  degradations: [],
};

type Body<T extends SolveEvent = SolveEvent> = T extends SolveEvent
  ? Omit<T, "sequence" | "elapsedMs" | "message"> & { readonly elapsedMs?: number }
  : never;

/** Numbers events. */
export function numbered(bodies: readonly Body[]): SolveEvent[] {
  return bodies.map(
    (body, index) =>
      ({ elapsedMs: (index + 1) * 100, ...body, sequence: index + 1, message: create(SolveEventSchema) }) as SolveEvent,
  );
}

/** A solve with two steps scored, one right and one wrong answer, a sample that thinks on, and an outcome where wanted. */
export function sampleEvents({ ended = true, thought = "4 * 6 = 24" } = {}): SolveEvent[] {
  const usage = { promptTokens: 10, cachedPromptTokens: 0, outputTokens: 30 };
  const bodies: Body[] = [
    {
      type: "solve-started",
      solveId: "s",
      answerKind: "number",
      plan,
      difficulty: {
        score: 0.42,
        signals: [{ name: "length", value: 0.2, weight: 0.3, detail: "7 words" }],
        priorAlpha: 2,
        priorBeta: 1.5,
        historyCount: 3,
        learnedOutcomes: 0,
        trainedQuestions: 0,
        overridden: false,
      },
    },
    { type: "sample-started", sample: 0 },
    { type: "sample-started", sample: 1 },
    { type: "sample-started", sample: 2 },
    { type: "thought-delta", sample: 0, step: 0, text: "5 * 5 = 25\n4 *", outputTokens: 8 },
    { type: "thought-delta", sample: 0, step: 1, text: " 6 = 24\nAnswer: x = 2 or x = 3", outputTokens: 30 },
    {
      type: "step-scored",
      sample: 0,
      step: 0,
      text: "5 * 5 = 25",
      verdicts: [{ verifier: "prm", score: 0.97, abstention: undefined }],
    },
    { type: "thought-delta", sample: 2, step: 0, text: thought, outputTokens: 6 },
    {
      type: "sample-ended",
      sample: 0,
      reason: "stop",
      answer: "x = 2 or x = 3",
      canonical: "{2,3}",
      steps: 3,
      usage,
      vote: 0.97,
      verdicts: [],
      meanLogprob: -0.1,
      failure: undefined,
    },
    {
      type: "confidence-changed",
      confidence: { value: 0.7, kind: "verifier" },
      candidates: candidates.slice(0, 1),
      leaderStays: 0.8,
      ledger,
    },
    {
      type: "sample-ended",
      sample: 1,
      reason: "failed",
      answer: undefined,
      canonical: undefined,
      steps: 0,
      usage,
      vote: undefined,
      verdicts: [],
      meanLogprob: undefined,
      failure: "the backend went away",
    },
    { type: "plan-changed", reason: "degraded", detail: "the verifier failed: votes count alike", plan },
    { type: "confidence-changed", confidence: { value: 0.9, kind: "verifier" }, candidates, leaderStays: 0.95, ledger },
  ];
  return numbered(ended ? [...bodies, { type: "solve-ended", outcome }] : bodies);
}
