import { aggregateScores, type ScoreAggregation } from "@reckon/core";
import { type Scoring, scorePower } from "@reckon/planning";
import { majAtK, passAtK } from "@reckon/stats";
import { bestAtK } from "./best-at-k.ts";
import type { ProblemRecord, SampleRecord } from "./sample-record.ts";
import { voteAtK } from "./vote-at-k.ts";

/** One way to turn the samples of a problem into an answer; `accuracy` is the chance in [0, 1] that this answer is right. */
export interface Selector {
  readonly name: string;
  accuracy(problem: ProblemRecord): number;
}

/** The score of a sample by the process reward model, in [0, 1]; 0 for a sample without a finished line. */
export function prmScore(sample: SampleRecord, aggregation: ScoreAggregation): number {
  return aggregateScores(sample.stepScores, aggregation) ?? 0;
}

/** Both signals at once, with nothing to tune: the PRM's score times the probability that the model gave to its own chain. */
export function jointScore(sample: SampleRecord, aggregation: ScoreAggregation): number {
  return prmScore(sample, aggregation) * Math.exp(sample.sumLogprob);
}

/** Majority of k samples, expected over all subsets and ties. */
export function majorityOf(problem: ProblemRecord, k: number): number {
  const wrong = new Map<number, number>();
  let right = 0;
  let blank = 0;
  for (const { correct, cluster } of problem.samples) {
    if (correct) right += 1;
    else if (cluster === undefined) blank += 1;
    else wrong.set(cluster, (wrong.get(cluster) ?? 0) + 1);
  }
  return majAtK({ right, wrong: [...wrong.values()], blank }, k);
}

/** A vote of k samples, each with the weight that `weigh` gives it. */
export function weightedVoteOf(problem: ProblemRecord, k: number, weigh: (sample: SampleRecord) => number): number {
  return voteAtK(
    problem.samples.map((sample) => ({ cluster: sample.cluster, correct: sample.correct, weight: weigh(sample) })),
    k,
  );
}

/** The best of k samples by a score; samples without an answer are taken only where there is no other. */
export function bestOf(problem: ProblemRecord, k: number, score: (sample: SampleRecord) => number): number {
  return bestAtK(
    problem.samples.map((s) => ({ correct: s.correct, score: s.answer === undefined ? -Infinity : score(s) })),
    k,
  );
}

/** The selectors of the model table, for records of `n` samples a problem; sizes above `n` are left out. */
export function modelSelectors(n: number, prm: Scoring): Selector[] {
  const right = (problem: ProblemRecord) => problem.samples.filter((sample) => sample.correct).length;
  const score = (sample: SampleRecord) => prmScore(sample, prm.aggregation);
  const joint = (sample: SampleRecord) => jointScore(sample, prm.aggregation);
  const sized = (sizes: readonly number[], name: string, accuracy: (problem: ProblemRecord, k: number) => number) =>
    sizes
      .filter((k) => k <= n)
      .map((k) => ({
        name: name.endsWith("@") ? `${name}${k}` : `${name} ${k}`,
        accuracy: (problem: ProblemRecord) => accuracy(problem, k),
      }));
  return [
    { name: "one sample", accuracy: (problem) => right(problem) / problem.samples.length },
    ...sized([4, 8, 16], "majority of", majorityOf),
    ...sized([8, 16], "PRM-weighted vote of", (p, k) =>
      weightedVoteOf(p, k, (s) => score(s) ** scorePower(prm, false)),
    ),
    ...sized([8, 16], "best by PRM of", (p, k) => bestOf(p, k, score)),
    ...sized([8, 16], "vote by log-probability of", (p, k) => weightedVoteOf(p, k, (s) => Math.exp(s.sumLogprob))),
    ...sized([8, 16], "best by log-probability of", (p, k) => bestOf(p, k, (s) => s.sumLogprob)),
    ...sized([8, 16], "vote by PRM times chain probability of", (p, k) => weightedVoteOf(p, k, joint)),
    ...sized([8, 16], "best by PRM times chain probability of", (p, k) => bestOf(p, k, joint)),
    ...sized([n], "pass@", (p, k) => passAtK(p.samples.length, right(p), k)),
  ];
}
