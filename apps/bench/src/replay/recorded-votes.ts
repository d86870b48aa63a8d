import type { EvidenceKind, RecordedSample, ScoredVote, Scoring } from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import { defaultSolveTuning } from "@reckon/strategies";
import type { ProblemRecord } from "../sample-record.ts";
import { prmScore } from "../selectors.ts";

const { pruneBelow } = defaultSolveTuning;

/**
 * Samples of a problem as `planning` replays them, with the signs of quality that are to be seen; the canonical form is the
 * number of the cluster. Only where scores are seen, they prune.
 */
export function recordedSamples(
  problem: ProblemRecord,
  scoring: Scoring,
  signs: EvidenceKind | undefined,
): RecordedSample[] {
  const isScored = signs === "verifier" || signs === "both";
  return problem.samples.map((sample) => {
    const pruned = isScored ? sample.stepScores.findIndex((score) => score < pruneBelow) : -1;
    return {
      canonical: sample.cluster === undefined ? undefined : String(sample.cluster),
      outputTokens: sample.tokens,
      ...(isScored && { score: prmScore(sample, scoring.aggregation) }),
      ...((signs === "logprob" || signs === "both") && { logprob: sample.sumLogprob }),
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
  return samples.flatMap(({ canonical, score, logprob }, sample) =>
    canonical === undefined ? [] : [{ sample, canonical, answer: canonical, weight: 1, score, logprob }],
  );
}
