import type { ScoreAggregation, ScoringEvent, Verdict } from "@reckon/core";
import { type AsyncQueue, aggregateScores, type Problem, type Scoring, type Verifier } from "@reckon/core";
import type { Mail } from "./mail.ts";

/** Where the verifier says that an answer is right or wrong, its odds change by this factor at most. */
const ANSWER_ODDS = 20;

/** What verifiers said of one sample so far. */
interface Docket {
  awaited: number;
  dropped: boolean;
  readonly steps: Map<number, number>;
  readonly verdicts: Verdict[];
  answerScore: number | undefined;
}

/** The verifier of one solve: steps and answers go in as they appear, scores come out. */
export interface Judge {
  /** False once it has failed or was given up: nothing is asked any more and no score is given. */
  readonly working: boolean;
  /** Whether chains get scores from it: it works, and more than the checker of single lines is behind it. */
  readonly scores: boolean;
  /** Whether anything asked was not answered yet, about dropped samples too: what was read for it is still to be booked. */
  readonly owesAnswers: boolean;
  step(sample: number, index: number, text: string, last: boolean): void;
  answer(sample: number, text: string): void;
  /** Takes in an event of the verifier; returns the step's score in [0, 1], where it is of a step and has one. */
  receive(event: ScoringEvent): number | undefined;
  /** Whether everything asked about a sample has been answered. */
  settled(sample: number): boolean;
  /** Score of the whole sample in [0, 1]; `undefined` where no verifier gave one. */
  scoreOf(sample: number): number | undefined;
  /** Scores of its steps in [0, 1], by step. */
  stepScoresOf(sample: number): ReadonlyMap<number, number>;
  /** What was said of the first steps of one sample holds for another that begins with them. */
  inherit(sample: number, from: number, steps: number): void;
  /** Verdicts on the sample's answer. */
  verdictsOf(sample: number): readonly Verdict[];
  drop(sample: number): void;
  /** Stops asking, for good. */
  giveUp(): void;
  close(): void;
}

const lowest = (scores: readonly number[]) => (scores.length > 0 ? Math.min(...scores) : undefined);

/**
 * The lowest score that any verifier gave a step. That the checker finds a line true says nothing of the chain that the line
 * stands in, also where no model has scored it: only a false line counts.
 */
function scoreOfStep(verdicts: readonly Verdict[]): number | undefined {
  return lowest(
    verdicts.flatMap((verdict) => {
      if (!("score" in verdict)) return [];
      return verdict.verifier === "checker" && verdict.score >= 0.5 ? [] : [verdict.score];
    }),
  );
}

/** The lowest score of an answer. The process reward model's sums up its steps, which count already; the checker's is of the answer itself. */
function scoreOfAnswer(verdicts: readonly Verdict[]): number | undefined {
  const scores = verdicts.flatMap((verdict) => ("score" in verdict && verdict.verifier !== "prm" ? [verdict] : []));
  const models = scores.filter((verdict) => verdict.verifier !== "checker" || verdict.score < 0.5);
  return lowest((models.length > 0 ? models : scores).map((verdict) => verdict.score));
}

/** Opens the verifier in the background; what is asked meanwhile waits. A verifier that fails posts `scoring-lost` once. */
export function createJudge(
  verifier: Verifier,
  problem: Problem,
  aggregation: ScoreAggregation,
  mail: AsyncQueue<Mail>,
): Judge {
  const dockets = new Map<number, Docket>();
  const waiting: ((scoring: Scoring) => void)[] = [];
  let scoring: Scoring | undefined;
  let working = true;
  let owed = 0;

  async function run(): Promise<void> {
    try {
      scoring = await verifier.open(problem);
      if (!working) return scoring.close();
      for (const ask of waiting.splice(0)) ask(scoring);
      for await (const event of scoring.events) mail.push({ type: "scoring", event });
      if (working) mail.push({ type: "scoring-lost", error: new Error("the verifier ended its stream") });
    } catch (error) {
      if (working) mail.push({ type: "scoring-lost", error });
    }
  }
  void run();

  const docketOf = (sample: number): Docket => {
    const docket = dockets.get(sample) ?? {
      awaited: 0,
      dropped: false,
      steps: new Map(),
      verdicts: [],
      answerScore: undefined,
    };
    dockets.set(sample, docket);
    return docket;
  };
  const ask = (request: (scoring: Scoring) => void) => {
    if (!working) return;
    if (scoring) request(scoring);
    else waiting.push(request);
  };
  const stop = () => {
    working = false;
    waiting.length = 0;
    scoring?.close();
  };
  return {
    get working() {
      return working;
    },
    get scores() {
      return working && verifier.names.some((name) => name !== "checker");
    },
    get owesAnswers() {
      return working && owed > 0;
    },
    step(sample, index, text, last) {
      if (docketOf(sample).dropped) return;
      docketOf(sample).awaited += 1;
      owed += 1;
      ask((s) => s.step(sample, index, text, last));
    },
    answer(sample, text) {
      docketOf(sample).awaited += 1;
      owed += 1;
      ask((s) => s.answer(sample, text));
    },
    receive(event) {
      const docket = docketOf(event.sample);
      docket.awaited -= 1;
      owed -= 1;
      if (event.type === "answer-verdicts") {
        docket.verdicts.push(...event.verdicts);
        docket.answerScore = scoreOfAnswer(event.verdicts);
        return undefined;
      }
      const score = scoreOfStep(event.verdicts);
      if (score !== undefined) docket.steps.set(event.step, score);
      return score;
    },
    settled: (sample) => !working || docketOf(sample).dropped || docketOf(sample).awaited <= 0,
    scoreOf(sample) {
      if (!working) return undefined;
      const docket = dockets.get(sample);
      if (docket === undefined) return undefined;
      const steps = [...docket.steps].sort(([a], [b]) => a - b).map(([, score]) => score);
      return combine(aggregateScores(steps, aggregation), docket.answerScore);
    },
    stepScoresOf: (sample) => dockets.get(sample)?.steps ?? new Map(),
    inherit(sample, from, steps) {
      for (const [step, score] of dockets.get(from)?.steps ?? []) {
        if (step < steps) docketOf(sample).steps.set(step, score);
      }
    },
    verdictsOf: (sample) => dockets.get(sample)?.verdicts ?? [],
    drop(sample) {
      const docket = docketOf(sample);
      if (docket.dropped) return;
      docket.dropped = true;
      ask((s) => s.drop(sample));
    },
    giveUp: stop,
    close: stop,
  };
}

/** Multiplies the odds of the steps by what the check of the answer says: right, wrong, or something between. */
function combine(steps: number | undefined, answer: number | undefined): number | undefined {
  if (answer === undefined) return steps;
  const odds = ANSWER_ODDS ** (2 * answer - 1);
  const base = steps ?? 0.5;
  return (base * odds) / (base * odds + 1 - base);
}
