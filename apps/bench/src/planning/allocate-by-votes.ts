import {
  bandOf,
  type EvidenceKind,
  type ModelCurves,
  profileOf,
  type ScoredVote,
  valueOfSample,
  weighVotes,
} from "@reckon/planning";
import { createPrng } from "@reckon/stats";
import { recordedSamples, truthOf } from "../replay/recorded-votes.ts";
import type { ProblemRecord } from "../sample-record.ts";
import type { Vote } from "./allocation.ts";
import { difficultyOf } from "./fit-curves.ts";

/** What one budget after the other has bought. */
export interface VotedSpending {
  /** By budget, by problem: share of the shuffles in which the answer was right. */
  readonly accuracies: readonly (readonly number[])[];
  /** By budget: output tokens spent over those of as many samples everywhere. */
  readonly spent: readonly number[];
}

const MOST_VOTES = 64;

/**
 * Spends one budget on problems a sample at a time: always on the one whose next sample is expected to raise P(right) most for its tokens, by the votes so
 * far (`valueOfSample`). Marginal gain again, but of what is known by then. Tokens are those that were recorded; every budget is a point on the same way.
 */
export function spendByVotes(
  problems: readonly ProblemRecord[],
  vote: Vote,
  curves: ModelCurves,
  options: { readonly budgets: readonly number[]; readonly shuffles: number; readonly model: string },
): VotedSpending {
  const { budgets, shuffles, model } = options;
  const { scoring, errorModel } = profileOf(model);
  const evidence: EvidenceKind | undefined = vote === "weighted-vote" ? "both" : undefined;
  const one = problems.reduce(
    (sum, { samples }) => sum + samples.reduce((total, { tokens }) => total + tokens, 0) / samples.length,
    0,
  );
  const facts = problems.map((problem) => {
    const { score, priorAlpha, priorBeta } = difficultyOf(problem);
    const { outputTokens } = bandOf(curves, score);
    return { truth: truthOf(problem), outputTokens, prior: { alpha: priorAlpha, beta: priorBeta } };
  });
  const right = budgets.map(() => problems.map(() => 0));
  const spent = budgets.map(() => 0);
  const random = createPrng(1);
  for (let round = 0; round < shuffles; round += 1) {
    const samples = problems.map((problem) => random.shuffle(recordedSamples(problem, scoring, evidence)));
    const votes = problems.map((): ScoredVote[] => []);
    const drawn = problems.map(() => 0);
    const worth = (place: number) => {
      const { prior, outputTokens } = facts[place] as (typeof facts)[number];
      const left = Math.min(MOST_VOTES, samples[place]?.length ?? 0) - (drawn[place] as number);
      if (left <= 0) return Number.NEGATIVE_INFINITY;
      const value = valueOfSample(votes[place] as ScoredVote[], { evidence, left, confidence: { prior, errorModel } });
      return value / outputTokens;
    };
    const values = problems.map((_, place) => worth(place));
    let tokens = 0;
    budgets.forEach((budget, at) => {
      while (tokens < budget * one) {
        const best = values.reduce((leader, value, place) => (value > (values[leader] as number) ? place : leader), 0);
        if (values[best] === Number.NEGATIVE_INFINITY) break;
        const sample = samples[best]?.[drawn[best] as number];
        if (sample === undefined) break;
        drawn[best] = (drawn[best] as number) + 1;
        tokens += sample.outputTokens;
        const { canonical, score, logprob } = sample;
        if (canonical !== undefined) {
          votes[best]?.push({ sample: drawn[best] as number, canonical, answer: canonical, weight: 1, score, logprob });
        }
        values[best] = worth(best);
      }
      spent[at] = (spent[at] as number) + tokens / (budget * one) / shuffles;
      votes.forEach((some, place) => {
        const wins = chanceRight(some, vote, facts[place]?.truth, scoring) / shuffles;
        (right[at] as number[])[place] = ((right[at] as number[])[place] as number) + wins;
      });
    });
  }
  return { accuracies: right, spent };
}

/** Whether the vote is right, a tie counted as one over the number at the top. */
function chanceRight(
  votes: readonly ScoredVote[],
  vote: Vote,
  truth: string | undefined,
  scoring: Parameters<typeof weighVotes>[2],
): number {
  const weights = new Map<string, number>();
  for (const { canonical, weight } of weighVotes(votes, vote, scoring)) {
    weights.set(canonical, (weights.get(canonical) ?? 0) + weight);
  }
  const top = Math.max(0, ...weights.values());
  if (truth === undefined || weights.get(truth) !== top || top === 0) return 0;
  return 1 / [...weights.values()].filter((weight) => weight === top).length;
}
