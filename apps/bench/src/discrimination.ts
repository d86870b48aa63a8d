import { auc, mean } from "@reckon/stats";
import { type Estimate, estimateMean, estimateStatistic } from "./bootstrap-mean.ts";
import type { ProblemRecord, SampleRecord } from "./sample-record.ts";

interface Labelled {
  readonly score: number;
  readonly positive: boolean;
}

/** How many resamples of problems an AUC over all steps takes; each sorts every step. */
const stepResamples = 200;

/**
 * AUC of the process reward model over all steps of all samples: does a right step score above a wrong one? With
 * `untilFirstError`, steps after a sample's first wrong one are left out: the harder and more useful question.
 */
export function stepAuc(problems: readonly ProblemRecord[], untilFirstError = false): Estimate | undefined {
  const byProblem = problems.map((problem) =>
    problem.samples.flatMap((sample) => labelledSteps(sample, untilFirstError)),
  );
  const statistic = (drawn: readonly (readonly Labelled[])[]) => auc(drawn.flat()) ?? Number.NaN;
  return estimateStatistic(byProblem, statistic, stepResamples);
}

function labelledSteps(sample: SampleRecord, untilFirstError: boolean): Labelled[] {
  const firstError = sample.stepLabels.indexOf(false);
  const end = untilFirstError && firstError >= 0 ? firstError + 1 : sample.stepLabels.length;
  return sample.stepScores.slice(0, end).map((score, step) => ({ score, positive: sample.stepLabels[step] === true }));
}

/**
 * Mean over problems of the AUC of a score over the problem's own samples: does it rank a right sample above a wrong one of the
 * same question? Problems whose samples are all right or all wrong say nothing and are left out.
 */
export function withinQuestionAuc(
  problems: readonly ProblemRecord[],
  score: (sample: SampleRecord) => number,
): Estimate | undefined {
  return estimateMean(
    problems
      .map((problem) => auc(problem.samples.map((s) => ({ score: score(s), positive: s.correct }))))
      .filter((value) => value !== undefined),
  );
}

/** The mean difference of two scores' within-question AUC, on the same problems. */
export function withinQuestionAucDifference(
  problems: readonly ProblemRecord[],
  a: (sample: SampleRecord) => number,
  b: (sample: SampleRecord) => number,
): Estimate | undefined {
  return estimateMean(
    problems.flatMap((problem) => {
      const [one, other] = [a, b].map((score) =>
        auc(problem.samples.map((s) => ({ score: score(s), positive: s.correct }))),
      );
      return one === undefined || other === undefined ? [] : [one - other];
    }),
  );
}

/** Mean number of lines, and of tokens, of a sample. */
export function sampleLengths(problems: readonly ProblemRecord[]): { lines: number; tokens: number } {
  const samples = problems.flatMap((problem) => problem.samples);
  return {
    lines: mean(samples.map((sample) => sample.stepScores.length)) ?? 0,
    tokens: mean(samples.map((sample) => sample.tokens)) ?? 0,
  };
}
