import { type Candidate, type StopReason, type StopRule, type StopRuleName, tally } from "@reckon/core";
import { regularisedBeta } from "@reckon/stats";
import { type ConfidenceOptions, confidenceOf } from "./confidence.ts";
import type { EvidenceKind } from "./evidence.ts";
import { bayesFactorOf, leaderIsMode } from "./leader-is-mode.ts";
import { defaultProfile } from "./model-profile.ts";
import { optimalStopFor } from "./optimal-stop.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { valueOfSample } from "./value-of-sample.ts";

/** What a stop rule looks at. Samples in flight have not voted: they count for nothing but `inFlight` and the rule's guard. */
export interface StopState {
  /** In any order. */
  readonly votes: readonly ScoredVote[];
  /** Samples that were started and may still vote. */
  readonly inFlight: number;
  /** Samples that may still be started. */
  readonly left: number;
  /** Samples started so far; for schedules that double. Default: those that voted and those in flight. */
  readonly started?: number | undefined;
  /** The first sample, by its number, that may still vote; for rules with `inOrder`. Absent: none. */
  readonly firstInFlight?: number | undefined;
  /**
   * Output tokens that a vote has cost so far: those of all samples that have ended, pruned ones and ones without an answer included, over the votes. For
   * prices by the token. Absent: unknown.
   */
  readonly tokensPerVote?: number | undefined;
  /** Which signs of quality the samples to come will have. */
  readonly evidence: EvidenceKind | undefined;
  /** How confidence is computed, for the rules `confidence` and `value`, and for windows. */
  readonly confidence: ConfidenceOptions;
}

/** What a stop rule says. */
export interface StopDecision {
  readonly stop: boolean;
  /** Set where `stop` is. */
  readonly reason: StopReason | undefined;
}

/**
 * Votes as counts by candidate, the leading one first. Weighted votes become effective counts: each candidate's share of
 * the weight times Kish's effective number of votes, (sum w)^2 / sum w^2, which is the plain count for equal weights.
 */
function effectiveCounts(votes: readonly ScoredVote[], candidates: readonly Candidate[] = tally(votes)): number[] {
  const sum = votes.reduce((total, vote) => total + vote.weight, 0);
  const squares = votes.reduce((total, vote) => total + vote.weight ** 2, 0);
  const effective = squares > 0 ? sum ** 2 / squares : votes.length;
  return candidates.map((candidate) => candidate.share * effective);
}

/**
 * Probability that the leader is the likeliest answer: 1 - I_0.5(v1 + 1, v2 + 1) over the two largest vote counts
 * (adaptive-consistency, arXiv 2305.11860, Beta version); of effective counts where votes are weighted. 0 without a vote.
 */
export function leaderStays(votes: readonly ScoredVote[]): number {
  const [v1, v2 = 0] = effectiveCounts(votes);
  return v1 === undefined ? 0 : 1 - regularisedBeta(0.5, v1 + 1, v2 + 1);
}

/**
 * Decides whether to stop, from the votes alone, whatever their order: the same votes give the same decision live and in
 * replay. Every rule but `none` stops as `confident` when it has `isConfident` enough. `confidence` and `value` also give up
 * with `no-gain` once one more sample is expected to raise P(the leader is right) by less than its price; `value`, for votes
 * without scores, by the optimal rule of `createOptimalStop`. None stops before `minVotes`
 * votes, nor gives up before two. With a `guard` the votes must also survive what is in flight.
 * Whatever the rule, nothing in flight and nothing left to start is `exhausted`.
 */
export function decide(rule: StopRule, state: StopState): StopDecision {
  const stop = (reason: StopReason): StopDecision => ({ stop: true, reason });
  if (isConfident(rule, state)) return stop("confident");
  if (state.inFlight === 0 && state.left === 0) return stop("exhausted");
  if (givesUp(rule, state)) return stop("no-gain");
  return { stop: false, reason: undefined };
}

/** Whether votes (at least one) are enough for a rule; one test a rule. */
type Enough = (votes: readonly ScoredVote[], rule: StopRule, state: StopState) => boolean;

/** The default of `StopRule.unseen`: the authors' own (Best-of-infinity, ICLR 2026). */
export const UNSEEN_MASS = 0.3;

/** The default of `StopRule.span`: the authors' own (ESC, arXiv 2401.10480). */
export const UNANIMOUS_SPAN = 5;

/** A leader whose doubt is less than so many samples cost has had enough: as many would have to disagree with it. */
const SAMPLES_TO_TURN = 3;

const isLikelyRight: Enough = (votes, rule, state) => {
  const doubt = isPricedByToken(rule) ? SAMPLES_TO_TURN * priceOfSample(rule, state) : 0;
  const leader = tally(votes)[0]?.canonical ?? "";
  const confidence = confidenceOf(votes, leader, state.confidence);
  return confidence !== undefined && confidence.value >= Math.min(rule.threshold, 1 - doubt);
};

const enough: Readonly<Record<StopRuleName, Enough>> = {
  none: () => false,
  // Blocks by number, not by order of votes: a sample without an answer leaves its block undecided.
  unanimous(votes, { span = UNANIMOUS_SPAN }) {
    const blocks = new Map<number, ScoredVote[]>();
    // What a guard imagines (number -1) is of no block.
    for (const vote of votes.filter(({ sample }) => sample >= 0)) {
      const block = Math.floor(vote.sample / span);
      blocks.set(block, [...(blocks.get(block) ?? []), vote]);
    }
    return [...blocks.values()].some(
      (block) => block.length >= span && block.every((vote) => vote.canonical === block[0]?.canonical),
    );
  },
  share: (votes, rule) => (tally(votes)[0]?.share ?? 0) >= rule.threshold,
  beta: (votes, rule) => leaderStays(votes) >= rule.threshold,
  dirichlet(votes, { threshold, unseen = UNSEEN_MASS, bayesFactor }) {
    const counts = effectiveCounts(votes);
    const p = leaderIsMode(counts[0] as number, [...counts.slice(1), unseen]);
    return bayesFactor === undefined ? p >= threshold : bayesFactorOf(p, counts.length + 1) >= bayesFactor;
  },
  confidence: isLikelyRight,
  value: isLikelyRight,
};

/** Whether the votes alone are enough for the rule, whatever is left: `none` never has enough. */
export function isConfident(rule: StopRule, state: StopState): boolean {
  const votes = countedVotes(rule, state);
  return votes.length >= Math.max(1, rule.minVotes) && enough[rule.name](withPending(rule, state, votes), rule, state);
}

/** Value of one more sample in a state, exact up to `enough`; what is in flight may still vote too. */
export function valueOfNext({ votes, inFlight, left, evidence, confidence }: StopState, enough: number): number {
  return valueOfSample(votes, { evidence, left: Math.max(1, inFlight + left), enough, confidence });
}

/**
 * What one more vote has to add to P(the leader is right): `minGain` and, for `value`, the price of the tokens that votes
 * have cost so far. 0 for rules without a price.
 */
export function priceOfSample(rule: StopRule, { tokensPerVote = 0 }: StopState): number {
  if (rule.name === "confidence") return rule.minGain ?? 0;
  if (rule.name === "value") return (rule.minGain ?? 0) + ((rule.gainPerKiloToken ?? 0) * tokensPerVote) / 1000;
  return 0;
}

/** Votes beyond which none is reckoned with where the value of going on is computed exactly. */
const HORIZON = 16;

/**
 * Whether no verifier scores the votes, nor those to come: then the value of going on is that of counts alone, which is computed
 * exactly. Log-probabilities are left out: with them it could only be estimated, and that spent more for the same accuracy.
 */
export function isUnscored({ votes, evidence }: Pick<StopState, "votes" | "evidence">): boolean {
  return (evidence === undefined || evidence === "logprob") && votes.every(({ score }) => score === undefined);
}

function isWorthGoingOn(votes: readonly ScoredVote[], price: number, confidence: ConfidenceOptions): boolean {
  const { prior, errorModel: model = defaultProfile.errorModel } = confidence;
  const counts = tally(votes)
    .map(({ samples }) => samples)
    .sort((a, b) => b - a);
  return optimalStopFor({ prior, model, price, horizon: HORIZON }).goesOn(counts);
}

/** Votes before which a rule with a price does not give up: one says nothing about how much they vary. */
const LEAST_VOTES_TO_GIVE_UP = 2;

/** Whether a rule has a price for tokens. */
export function isPricedByToken({ name, gainPerKiloToken = 0 }: StopRule): boolean {
  return name === "value" && gainPerKiloToken > 0;
}

/** Whether a rule with a price has had enough: one more sample would not be worth it. */
export function givesUp(rule: StopRule, state: StopState): boolean {
  const price = priceOfSample(rule, state);
  if (price <= 0) return false;
  const votes = countedVotes(rule, state);
  if (votes.length < Math.max(rule.minVotes, LEAST_VOTES_TO_GIVE_UP)) return false;
  const isLow = (some: readonly ScoredVote[]) =>
    rule.name === "value" && isUnscored(state)
      ? !isWorthGoingOn(some, price, state.confidence)
      : valueOfNext({ ...state, votes: some }, price) < price;
  const guarded = withPending(rule, state, votes);
  return isLow(votes) && (guarded === votes || isLow(guarded));
}

/** The votes that a rule counts: with `inOrder`, those before the first sample that is in flight. */
function countedVotes(rule: StopRule, { votes, firstInFlight = Infinity }: StopState): readonly ScoredVote[] {
  return rule.inOrder === true ? votes.filter((vote) => vote.sample < firstInFlight) : votes;
}

/**
 * The votes, and those that the guard imagines: what is in flight, or its part, votes for the runner-up (or for a new answer), until
 * that has caught up with the leader.
 */
function withPending(rule: StopRule, state: StopState, votes: readonly ScoredVote[]): readonly ScoredVote[] {
  const most = Math.ceil((rule.guard ?? 0) * state.inFlight);
  if (most <= 0) return votes;
  const [leader, rival] = tally(votes);
  const weight = (leader?.votes ?? 0) / (leader?.samples ?? 1);
  const lead = (leader?.votes ?? 0) - (rival?.votes ?? 0);
  const pending = weight > 0 ? Math.min(most, Math.round(lead / weight)) : 0;
  const canonical = rival?.canonical ?? `not ${leader?.canonical}`;
  const vote: ScoredVote = { sample: -1, canonical, answer: rival?.answer ?? "", weight };
  return [...votes, ...Array.from({ length: pending }, () => vote)];
}
