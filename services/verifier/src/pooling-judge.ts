import type { PoolingPrm } from "@reckon/backends";
import { aggregateScores, questionOf, ReckonError, type ScoreAggregation } from "@reckon/core";
import type { Judgement, JudgeScoring, StepJudge } from "./step-judge.ts";

/** A sample whose steps are scored; `scores[i]` is absent where step i has none yet. */
interface PoolingSample {
  readonly steps: string[];
  readonly scores: (number | undefined)[];
  /** Why a step has no score, by its index. */
  readonly failures: Map<number, string>;
  complete: boolean;
  /** The request that is under way. */
  running: Promise<number> | undefined;
  /** The verdict on the step before: verdicts on a sample come in the order of its steps. */
  said: Promise<unknown>;
}

const abstention = (reason: string, tokens = 0): Judgement => ({
  verdict: { verifier: "prm", abstention: reason },
  tokens,
});

/**
 * A process reward model behind an endpoint. Its verdict on a step is P(the step is right, given all before it); on an answer,
 * the scores of the sample's steps, combined by `aggregation` (default `min`). Each request reads the whole chain again, so a
 * sample has one at a time, and steps that come meanwhile share the next one. A step that could not be scored is an
 * abstention; as a later request scores it along with its own steps, that harms neither those nor, mostly, the answer.
 */
export function createPoolingJudge(prm: PoolingPrm, aggregation: ScoreAggregation = "min"): StepJudge {
  return { name: "prm", open: (problem) => openScoring(prm, questionOf(problem), aggregation) };
}

function openScoring(prm: PoolingPrm, question: string, aggregation: ScoreAggregation): JudgeScoring {
  const samples = new Map<number, PoolingSample>();
  const closing = new AbortController();
  const sampleOf = (index: number): PoolingSample => {
    const sample = samples.get(index) ?? {
      steps: [],
      scores: [],
      failures: new Map(),
      complete: false,
      running: undefined,
      said: Promise.resolve(),
    };
    samples.set(index, sample);
    return sample;
  };

  /** Scores all steps there are; resolves with the tokens read, 0 where it failed. */
  const request = async (sample: PoolingSample): Promise<number> => {
    const steps = [...sample.steps];
    try {
      const call = { complete: sample.complete, signal: closing.signal };
      const { scores, tokens } = await prm.score(question, steps, call);
      const first = steps.length - scores.length;
      // What was said of a step stays said, also if the window has moved since.
      scores.forEach((score, i) => {
        sample.scores[first + i] ??= score;
      });
      return tokens;
    } catch (thrown) {
      const why = ReckonError.from(thrown).message;
      steps.forEach((_, i) => {
        if (sample.scores[i] === undefined) sample.failures.set(i, why);
      });
      return 0;
    } finally {
      sample.running = undefined;
    }
  };
  /** Waits until step `at` is scored or has failed; returns the tokens of a request that was made for it. */
  const settle = async (sample: PoolingSample, at: number): Promise<number> => {
    const isSettled = () => sample.scores[at] !== undefined || sample.failures.has(at);
    while (sample.running !== undefined && !isSettled()) await sample.running;
    if (isSettled()) return 0;
    sample.running = request(sample);
    return sample.running;
  };

  return {
    step(index, text, last) {
      const sample = sampleOf(index);
      const at = sample.steps.push(text) - 1;
      sample.complete = last;
      const before = sample.said;
      const judged = settle(sample, at).then(async (tokens): Promise<Judgement> => {
        await before;
        const score = sample.scores[at];
        if (score === undefined) return abstention(sample.failures.get(at) ?? "the step was not scored", tokens);
        return { verdict: { verifier: "prm", score }, tokens };
      });
      sample.said = judged;
      return judged;
    },
    async answer(index) {
      const sample = sampleOf(index);
      if (sample.steps.length === 0) return abstention("the process reward model scores steps, and no step was sent");
      const missing = () => sample.steps.findIndex((_, i) => sample.scores[i] === undefined);
      let tokens = 0;
      if (missing() >= 0) {
        while (sample.running !== undefined) await sample.running;
        if (missing() >= 0) tokens = await request(sample);
      }
      const first = missing();
      if (first >= 0) return abstention(`step ${first} could not be scored: ${sample.failures.get(first)}`, tokens);
      const score = aggregateScores(sample.scores as number[], aggregation) as number;
      return { verdict: { verifier: "prm", score }, tokens };
    },
    // What is under way is not cut off: the endpoint reads the chain in one go, and only its answer says what that took.
    drop: (index) => void samples.delete(index),
    close() {
      closing.abort(new ReckonError("cancelled", "the scoring was closed"));
      samples.clear();
    },
  };
}
