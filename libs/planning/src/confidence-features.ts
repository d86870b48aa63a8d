import { logit, mean } from "@reckon/stats";
import { boundedLogprob } from "./evidence.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";

/** What a probability is made from; the larger each of them but `prior`, the surer the leader. */
export const confidenceFeatureNames = [
  "raw",
  "support",
  "dissent",
  "rival",
  "share",
  "pair",
  "triple",
  "score",
  "scoreLead",
  "scoreAgrees",
  "scoreOfOne",
  "logprob",
  "logprobLead",
  "chain",
  "logprobOfOne",
  "prior",
  "priorOfOne",
] as const;

/** Name of a feature. */
export type ConfidenceFeature = (typeof confidenceFeatureNames)[number];

/**
 * Features of a leading candidate; absent: unknown.
 *
 * Of counts. `raw`: log-odds of the raw confidence, within +-9.2. `support`: ln(1 + its votes). `dissent`: -ln(1 + other votes).
 * `rival`: -ln(1 + votes of the second). `share`: log-odds of its share of the votes, half a vote added to either side. `pair`,
 * `triple`: 1 from two, three votes of its own on, else 0: the first that agree count for more than a logarithm says.
 *
 * Of signs. `score`: mean log-odds that a verifier gives its samples, within +-4.6. `scoreLead`: its best less the best of the
 * others, at most 5, and 5 where there are none. `scoreAgrees`: 1 where the verifier's best sample is one of its own, else 0. `logprob`,
 * `logprobLead`: the first two of the log-probability of chains, in nats, at least -15. `chain`: the mean probability of a chain,
 * e^`logprob`. `prior`: log-odds of the prior's mean that one sample is right.
 *
 * Of a single vote. `scoreOfOne`, `logprobOfOne`, `priorOfOne`: what the sign lacks to its best where the leader has one vote,
 * else 0: where nobody agrees yet, signs count for more.
 */
export type ConfidenceFeatures = { readonly [name in ConfidenceFeature]?: number | undefined };

/** Features that must never lower a confidence as they grow. `prior` may: the raw confidence has it already. */
export const risingFeatures: readonly ConfidenceFeature[] = confidenceFeatureNames.filter((name) => name !== "prior");

/** A score says no more than that one sample in a hundred so scored is an exception. */
const SCORE_FLOOR = 0.01;
const BEST_SCORE = logit(1, SCORE_FLOOR);
/** Log-odds of a prior beyond which nothing is better. */
const BEST_PRIOR = 3;

/** The log-odds of a raw confidence, as the feature `raw` has them. */
export function rawFeature(confidence: number): number {
  return logit(confidence, 1e-4);
}

/** What counts of votes say of a leader with `votesForAnswer` of `votes`, where the second has `second`. */
export function countFeatures(votesForAnswer: number, votes: number, second?: number): ConfidenceFeatures {
  return {
    support: Math.log1p(votesForAnswer),
    dissent: -Math.log1p(votes - votesForAnswer),
    share: Math.log((votesForAnswer + 0.5) / (votes - votesForAnswer + 0.5)),
    pair: Number(votesForAnswer >= 2),
    triple: Number(votesForAnswer >= 3),
    ...(second !== undefined && { rival: -Math.log1p(second) }),
  };
}

/** A lead beyond this is no better, and one over nobody is this: a vote for another must never raise it. In nats. */
const LONGEST_LEAD = 5;

/** Mean of the leader's signs, and its best less the best of the others. */
function signFeatures(mine: readonly number[], others: readonly number[]) {
  const level = mean(mine);
  if (level === undefined) return undefined;
  return { level, lead: Math.min(LONGEST_LEAD, Math.max(...mine) - Math.max(...others)) };
}

/** The features of a leader, from its votes and the others'; the order of votes has no effect, nor have their weights. */
export function confidenceFeatures(
  votes: readonly ScoredVote[],
  leader: string,
  { raw, prior }: { readonly raw: number; readonly prior: BetaPrior },
): ConfidenceFeatures {
  const others = new Map<string, number>();
  const scores: [number[], number[]] = [[], []];
  const chains: [number[], number[]] = [[], []];
  let support = 0;
  for (const { canonical, score, logprob } of votes) {
    const side = canonical === leader ? 0 : 1;
    if (side === 0) support += 1;
    else others.set(canonical, (others.get(canonical) ?? 0) + 1);
    if (score !== undefined) scores[side].push(logit(score, SCORE_FLOOR));
    if (logprob !== undefined) chains[side].push(boundedLogprob(logprob));
  }
  const score = signFeatures(...scores);
  const chain = signFeatures(...chains);
  const priorOdds = Math.log(prior.alpha / prior.beta);
  const ofOne = (sign: number, best: number) => (support <= 1 ? Math.min(0, sign - best) : 0);
  return {
    raw: rawFeature(raw),
    ...countFeatures(support, votes.length, Math.max(0, ...others.values())),
    ...(score && {
      ...{ score: score.level, scoreLead: score.lead, scoreAgrees: Number(score.lead >= 0) },
      scoreOfOne: ofOne(score.level, BEST_SCORE),
    }),
    ...(chain && {
      ...{ logprob: chain.level, logprobLead: chain.lead, chain: Math.exp(chain.level) },
      logprobOfOne: ofOne(chain.level, 0),
    }),
    prior: priorOdds,
    priorOfOne: ofOne(priorOdds, BEST_PRIOR),
  };
}
