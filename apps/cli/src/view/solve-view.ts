import type { Candidate, Confidence, Ledger, Outcome, Plan, SampleEnd, SolveEvent, SolveStarted } from "@reckon/client";

/** A step of a lane; `score` is the lowest that a verifier gave, `undefined` while none has. */
export interface LaneStep {
  readonly text: string;
  score: number | undefined;
}

/** One sample, as far as it has come. */
export interface Lane {
  readonly sample: number;
  /** Finished steps and the one that grows; an answer's line is a step too. */
  readonly steps: LaneStep[];
  outputTokens: number;
  end: SampleEnd | "unknown" | undefined;
  answer: string | undefined;
  canonical: string | undefined;
  vote: number | undefined;
  failure: string | undefined;
}

/** A confidence and when it was reached. */
export interface ConfidencePoint {
  readonly elapsedMs: number;
  readonly value: number;
  readonly leaderStays: number;
  readonly votes: number;
}

/** All that the events of one solve have said so far. `apply` changes it in place. */
export interface SolveView {
  readonly question: string;
  started: SolveStarted | undefined;
  plan: Plan | undefined;
  readonly lanes: Map<number, Lane>;
  candidates: readonly Candidate[];
  confidence: Confidence | undefined;
  readonly history: ConfidencePoint[];
  /** As of the last event that carried one. */
  ledger: Ledger | undefined;
  /** Changes of the plan, in sentences. */
  readonly notes: string[];
  outcome: Outcome | undefined;
  elapsedMs: number;
}

/** The view before the first event. */
export function createSolveView(question: string): SolveView {
  return {
    question,
    started: undefined,
    plan: undefined,
    lanes: new Map(),
    candidates: [],
    confidence: undefined,
    history: [],
    ledger: undefined,
    notes: [],
    outcome: undefined,
    elapsedMs: 0,
  };
}

/** Takes in one event. */
export function applyEvent(view: SolveView, event: SolveEvent): void {
  view.elapsedMs = Math.max(view.elapsedMs, event.elapsedMs);
  switch (event.type) {
    case "solve-started":
      view.started = event;
      view.plan = event.plan;
      break;
    case "sample-started":
      laneOf(view, event.sample);
      break;
    case "thought-delta": {
      const lane = laneOf(view, event.sample);
      lane.outputTokens = event.outputTokens;
      appendThought(lane, event.text);
      break;
    }
    case "step-scored": {
      const scores = event.verdicts.flatMap(({ score }) => (score === undefined ? [] : [score]));
      const lane = laneOf(view, event.sample);
      while (lane.steps.length <= event.step) lane.steps.push({ text: "", score: undefined });
      if (lane.steps[event.step]?.text === "") lane.steps[event.step] = { text: event.text, score: undefined };
      const step = lane.steps[event.step];
      if (step && scores.length > 0) step.score = Math.min(...scores);
      break;
    }
    case "sample-ended": {
      const lane = laneOf(view, event.sample);
      lane.end = event.reason ?? "unknown";
      lane.answer = event.answer;
      lane.canonical = event.canonical;
      lane.vote = event.vote;
      lane.failure = event.failure;
      lane.outputTokens = event.usage.outputTokens;
      break;
    }
    case "confidence-changed":
      view.confidence = event.confidence;
      view.candidates = event.candidates;
      view.ledger = event.ledger;
      if (event.confidence) {
        view.history.push({
          elapsedMs: event.elapsedMs,
          value: event.confidence.value,
          leaderStays: event.leaderStays,
          votes: event.candidates.reduce((sum, candidate) => sum + candidate.samples, 0),
        });
      }
      break;
    case "plan-changed":
      view.plan = event.plan ?? view.plan;
      view.notes.push(`${event.reason ?? "changed"}: ${event.detail}`);
      break;
    case "solve-ended":
      view.outcome = event.outcome;
      view.candidates = event.outcome.candidates;
      view.confidence = event.outcome.confidence ?? view.confidence;
      view.ledger = event.outcome.ledger;
      break;
    case "unknown":
      break;
  }
}

/** Output tokens of all lanes, those that still think counted too. */
export function outputTokensSoFar(view: SolveView): number {
  let tokens = 0;
  for (const lane of view.lanes.values()) tokens += lane.outputTokens;
  return tokens;
}

/** The lanes by their samples' numbers; they begin in whatever order the model proxy starts them. */
export function lanesInOrder(view: SolveView): Lane[] {
  return [...view.lanes.values()].sort((a, b) => a.sample - b.sample);
}

function laneOf(view: SolveView, sample: number): Lane {
  const known = view.lanes.get(sample);
  if (known) return known;
  const lane: Lane = {
    sample,
    steps: [],
    outputTokens: 0,
    end: undefined,
    answer: undefined,
    canonical: undefined,
    vote: undefined,
    failure: undefined,
  };
  view.lanes.set(sample, lane);
  return lane;
}

function appendThought(lane: Lane, text: string): void {
  const [head = "", ...rest] = text.split("\n");
  const last = lane.steps.pop();
  lane.steps.push({ text: (last?.text ?? "") + head, score: last?.score });
  for (const line of rest) lane.steps.push({ text: line, score: undefined });
}
