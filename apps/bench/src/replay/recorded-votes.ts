import type { RecordedSample, ScoredVote } from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import type { ProblemRecord } from "../sample-record.ts";
import { type PrmUse, prmScore } from "../selectors.ts";

/** Samples of a problem as `planning` replays them; the canonical form is the number of the cluster. */
export function recordedSamples(problem: ProblemRecord, prm: PrmUse | undefined): RecordedSample[] {
  return problem.samples.map((sample) => ({
    canonical: sample.cluster === undefined ? undefined : String(sample.cluster),
    outputTokens: sample.tokens,
    score: prm === undefined ? undefined : prmScore(sample, prm.aggregation),
  }));
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
