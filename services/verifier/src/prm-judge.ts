import { aggregateScores, questionOf, ReckonError, type ScoreAggregation } from "@reckon/core";
import type { PrmScoring } from "@reckon/engine";
import { abstainingJudge } from "./abstaining-judge.ts";
import { outOfField } from "./out-of-field.ts";
import type { Judgement, JudgeScoring, StepJudge } from "./step-judge.ts";

/** A process reward model: opens the scoring of a question's samples. */
export type OpenPrm = (question: string) => PrmScoring;

function abstention(reason: string): Judgement {
  return { verdict: { verifier: "prm", abstention: reason }, tokens: 0 };
}

/** Scores by sample; a sample is blind from the first step that the model could not read. */
interface PrmSample {
  readonly scores: number[];
  blind: string | undefined;
}

function openScoring(prm: PrmScoring, aggregation: ScoreAggregation): JudgeScoring {
  const samples = new Map<number, PrmSample>();
  const sampleOf = (index: number): PrmSample => {
    const sample = samples.get(index) ?? { scores: [], blind: undefined };
    samples.set(index, sample);
    return sample;
  };
  return {
    async step(index, text, last) {
      const sample = sampleOf(index);
      if (sample.blind !== undefined) return abstention(`an earlier step could not be scored: ${sample.blind}`);
      // Steps are one line to the model; a step of several lines is still one step.
      const line = text.replace(/\s*\n\s*/g, " ");
      try {
        const { score, tokens } = await prm.score(index, line, last);
        sample.scores.push(score);
        return { verdict: { verifier: "prm", score: Math.min(1, Math.max(0, score)) }, tokens };
      } catch (thrown) {
        // What the model never read makes its view of all later steps worthless.
        sample.blind ??= ReckonError.from(thrown).message;
        return abstention(sample.blind);
      }
    },
    answer(index) {
      const { scores, blind } = sampleOf(index);
      if (blind !== undefined) return abstention(`a step of the sample could not be scored: ${blind}`);
      const score = aggregateScores(scores, aggregation);
      if (score === undefined) return abstention("the process reward model scores steps, and no step was sent");
      return { verdict: { verifier: "prm", score }, tokens: 0 };
    },
    drop(index) {
      samples.delete(index);
      prm.drop(index);
    },
    close: () => prm.close(),
  };
}

/**
 * The process reward model. Its verdict on a step is P(the step is right, given all before it); on an answer, the scores of
 * the sample's steps so far, combined by `aggregation` (default `min`; Lightman et al., arXiv 2305.20050, use the product).
 * It abstains where the context is too short for a problem or a sample, where the model has crashed, and where the question is
 * out of the field that it was trained on, as `outOfField` says; `words` are those of its training.
 */
export function createPrmJudge(
  openPrm: OpenPrm,
  aggregation: ScoreAggregation = "min",
  words?: ReadonlySet<string>,
): StepJudge {
  return {
    name: "prm",
    open(problem) {
      const question = questionOf(problem);
      const foreign = outOfField(question, words);
      if (foreign !== undefined) return abstainingJudge("prm", foreign).open(problem);
      try {
        return openScoring(openPrm(question), aggregation);
      } catch (thrown) {
        return abstainingJudge("prm", ReckonError.from(thrown).message).open(problem);
      }
    },
  };
}
