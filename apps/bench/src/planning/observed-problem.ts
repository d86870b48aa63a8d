import { type Duel, type ObservedProblem, type Scoring, weighVotes } from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import { recordedSamples, truthOf, votesOf } from "../replay/recorded-votes.ts";
import type { ProblemRecord, SampleRecord } from "../sample-record.ts";

/** Subsets of this many samples are put to the vote, each size so often. */
const DUEL_SIZES = [2, 3, 4, 6, 8, 12, 16] as const;
const DUELS_A_SIZE = 3;

/** How samples of a problem fell: right ones, those of each wrong answer, those without one. */
export function countsOf(samples: readonly SampleRecord[]) {
  const wrong = new Map<number, number>();
  let right = 0;
  let blank = 0;
  for (const { correct, cluster } of samples) {
    if (correct) right += 1;
    else if (cluster === undefined) blank += 1;
    else wrong.set(cluster, (wrong.get(cluster) ?? 0) + 1);
  }
  return { right, wrong: [...wrong.values()], blank };
}

/** The first `samples` of a problem as curves are fitted to them, with weighted votes of seeded subsets. */
export function observedProblem(
  problem: ProblemRecord,
  options: { readonly samples?: number; readonly scoring: Scoring; readonly seed: number },
): ObservedProblem {
  const seen = { ...problem, samples: problem.samples.slice(0, options.samples) };
  return { counts: countsOf(seen.samples), duels: duelsOf(seen, options.scoring, options.seed) };
}

function duelsOf(problem: ProblemRecord, scoring: Scoring, seed: number): Duel[] {
  const truth = truthOf(problem);
  if (truth === undefined) return [];
  const random = createPrng(seed);
  const samples = recordedSamples(problem, scoring, "both");
  return DUEL_SIZES.filter((size) => size <= samples.length).flatMap((size) =>
    Array.from({ length: DUELS_A_SIZE }).flatMap(() => {
      const votes = weighVotes(votesOf(random.shuffle(samples).slice(0, size)), "weighted-vote", scoring);
      const counts = new Map<string, { votes: number; weight: number }>();
      for (const { canonical, weight } of votes) {
        const before = counts.get(canonical) ?? { votes: 0, weight: 0 };
        counts.set(canonical, { votes: before.votes + 1, weight: before.weight + weight });
      }
      const own = counts.get(truth);
      counts.delete(truth);
      const others = [...counts.values()];
      if (own === undefined || others.length === 0) return [];
      const won = others.every(({ weight }) => weight < own.weight);
      const rival = Math.max(...others.map((one) => one.votes));
      return [{ right: own.votes, rival, votes: votes.length, won }];
    }),
  );
}
