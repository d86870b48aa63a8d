import type { RecordedSample, ScoredVote, Scoring } from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import type { ProblemRecord } from "../sample-record.ts";
import { prmScore } from "../selectors.ts";

/** A step scored below this prunes its sample, as in the live loop (`defaultSolveTuning` of strategies). */
const pruneBelow = 0.05;

/** Samples of a problem as `planning` replays them; the canonical form is the number of the cluster. */
export function recordedSamples(problem: ProblemRecord, scoring: Scoring | undefined): RecordedSample[] {
  return problem.samples.map((sample) => {
    const canonical = sample.cluster === undefined ? undefined : String(sample.cluster);
    if (scoring === undefined) return { canonical, outputTokens: sample.tokens };
    const pruned = sample.stepScores.findIndex((score) => score < pruneBelow);
    return {
      canonical,
      outputTokens: sample.tokens,
      score: prmScore(sample, scoring.aggregation),
      ...(pruned >= 0 && { prunedAt: sample.stepTokens[pruned] }),
    };
  });
}

/** Canonical form of the right answer; `undefined` where no sample gave it. */
export function truthOf(problem: ProblemRecord): string | undefined {
  const right = problem.samples.find((sample) => sample.correct);
  return right?.cluster === undefined ? undefined : String(right.cluster);
}

/** The same samples in several seeded orders, so that no replay hangs on the one in which they were drawn. */
export function shuffles<T>(samples: readonly T[], times: number, seed: number): T[][] {
  const random = createPrng(seed);
  return Array.from({ length: times }, () => random.shuffle(samples));
}

/** Votes of the samples that have an answer. */
export function votesOf(samples: readonly RecordedSample[]): ScoredVote[] {
  return samples.flatMap(({ canonical, score }, sample) =>
    canonical === undefined ? [] : [{ sample, canonical, answer: canonical, weight: 1, score }],
  );
}
