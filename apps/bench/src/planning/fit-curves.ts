import { problemFromPrompt } from "@reckon/core";
import { type CurveBand, estimateDifficulty, fitScalingCurve, type ModelCurves, profileOf } from "@reckon/planning";
import { mean, quantile, variance } from "@reckon/stats";
import type { ProblemRecord, Records, SampleRecord } from "../sample-record.ts";
import { observedProblem } from "./observed-problem.ts";

/** Quintiles of predicted difficulty, as in arXiv 2408.03314. */
const BANDS = 5;
const REFITS = 20;

/** The difficulty of a recorded problem by its text alone. */
export const difficultyOf = ({ prompt }: Pick<ProblemRecord, "prompt">) =>
  estimateDifficulty(problemFromPrompt(prompt)).difficulty;

/** What the curves of a model need beside its records. */
export interface ServingFacts {
  countTokens(prompt: string): number;
  readonly speed?: ModelCurves["speed"] | undefined;
}

/** Fits the curves of a model by quintile of predicted difficulty; `samples`: the first so many of each problem alone. */
export function fitModelCurves(records: Records, facts: ServingFacts, samples?: number): ModelCurves {
  const { origin, problems } = records;
  const { scoring } = profileOf(origin.model);
  const scored = problems.map((problem, seed) => ({
    problem,
    score: difficultyOf(problem).score,
    observed: observedProblem(problem, { scoring, seed, ...(samples !== undefined && { samples }) }),
  }));
  const cuts = Array.from({ length: BANDS }, (_, i) =>
    i === BANDS - 1
      ? 1
      : (quantile(
          scored.map((one) => one.score),
          (i + 1) / BANDS,
        ) as number),
  );
  const bands = cuts.flatMap((upTo, i): CurveBand[] => {
    const mine = scored.filter(({ score }) => score <= upTo && score > (cuts[i - 1] ?? -1));
    const curve = fitScalingCurve(
      mine.map((one) => one.observed),
      { refits: REFITS },
    );
    return curve === undefined ? [] : [{ upTo, ...lengthsOf(mine.map((one) => one.problem)), curve }];
  });
  const bytes = problems.reduce((sum, { prompt }) => sum + Buffer.byteLength(prompt), 0);
  const tokens = problems.reduce((sum, { prompt }) => sum + facts.countTokens(prompt), 0);
  return {
    fittedOn: `${origin.problems} problems of the ${origin.split} split (seed ${origin.seed}), ${samples ?? origin.samples} samples each at temperature ${origin.temperature}`,
    bytesPerPromptToken: bytes / tokens,
    verified: true,
    ...(facts.speed && { speed: facts.speed }),
    bands,
  };
}

/** Mean tokens of a sample, and how much those of one problem vary. */
function lengthsOf(problems: readonly ProblemRecord[]) {
  const lengths = problems.map(({ samples }) => samples.map((sample: SampleRecord) => sample.tokens));
  const outputTokens = mean(lengths.flat()) as number;
  const within = mean(lengths.flatMap((some) => variance(some) ?? [])) ?? 0;
  return { outputTokens, spread: Math.sqrt(within) / outputTokens };
}
