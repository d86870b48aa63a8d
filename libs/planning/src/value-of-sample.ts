import { sigmoid } from "@reckon/stats";
import type { ConfidenceOptions } from "./confidence.ts";
import { type EvidenceKind, weightsFor } from "./evidence.ts";
import { expectedConfidence, type Imagination } from "./imagined-votes.ts";
import { defaultProfile } from "./model-profile.ts";
import { createGroupPosterior, groupVotes, type VoteGroup } from "./posterior.ts";
import type { BetaPrior, ScoredVote } from "./scored-vote.ts";

/** Outcomes less likely than this change the expectation by less than anybody could care for. */
const NEGLIGIBLE = 1e-6;

/** P(the next sample votes for a group and is right), and P(... and is wrong); the last place is an answer not seen yet. */
interface Predictive {
  readonly right: number[];
  readonly wrong: number[];
}

function predictive(
  groups: readonly VoteGroup[],
  posterior: readonly number[],
  prior: BetaPrior,
  diversity: number,
): Predictive {
  const unseen = groups.length;
  const right = Array.from({ length: unseen + 1 }, () => 0);
  const wrong = right.slice();
  const add = (list: number[], place: number, p: number) => {
    list[place] = (list[place] as number) + p;
  };
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  const none = Math.max(0, 1 - posterior.reduce((sum, p) => sum + p, 0));
  [...posterior, none].forEach((chance, truth) => {
    const agreeing = groups[truth]?.count ?? 0;
    const pRight = (prior.alpha + agreeing) / (prior.alpha + prior.beta + total);
    add(right, truth, chance * pRight);
    const share = (chance * (1 - pRight)) / (diversity + total - agreeing);
    groups.forEach((group, place) => {
      if (place !== truth) add(wrong, place, share * group.count);
    });
    add(wrong, unseen, share * diversity);
  });
  return { right, wrong };
}

/** Expected P(the best candidate is right) after exactly one more vote. */
function afterOneVote(groups: readonly VoteGroup[], posterior: readonly number[], how: Imagination): number {
  const { prior, model, typical } = how;
  const { right, wrong } = predictive(groups, posterior, prior, model.diversity);
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  const posteriorAfter = createGroupPosterior(total + 1, prior, model);
  const reliability = sigmoid(typical);
  const findings =
    typical > 0
      ? [
          { evidence: typical, ifRight: reliability, ifWrong: 1 - reliability },
          { evidence: -typical, ifRight: 1 - reliability, ifWrong: reliability },
        ]
      : [{ evidence: 0, ifRight: 1, ifWrong: 1 }];
  let expected = 0;
  for (const place of right.keys()) {
    for (const { evidence, ifRight, ifWrong } of findings) {
      const chance = (right[place] as number) * ifRight + (wrong[place] as number) * ifWrong;
      if (chance < NEGLIGIBLE) continue;
      const { count = 0, evidence: before = 0 } = groups[place] ?? {};
      const next = groups.slice();
      next[place] = { canonical: "", count: count + 1, evidence: before + evidence };
      expected += chance * Math.max(...posteriorAfter(next));
    }
  }
  return expected;
}

/** What a value depends on beside the votes. */
export interface ValueOptions {
  /** Which signs of quality the samples to come will have. */
  readonly evidence: EvidenceKind | undefined;
  /** Votes that may still come; >= 1. */
  readonly left: number;
  /** A value that is enough to know: nothing beyond it is computed. Default: none. */
  readonly enough?: number;
  readonly confidence: ConfidenceOptions;
}

/** A single vote often cannot change the leader where a few could: futures of these lengths are weighed too. */
const HORIZONS = [2, 4, 8] as const;

/**
 * Value of one more sample: by how much P(the best candidate is right) is expected to rise, per sample, by the next one or
 * the next 2, 4 or 8, whichever is most; in [0, 1]. Under the model of `posteriorOf`: a vote may fall on each candidate or
 * on a new one, and its sample is found good or bad, as reliably as signs of its kind `typical`ly tell. Where answers split and scores are low it is small, and stays small: thinking on does not pay. One vote is weighed
 * exactly, more by imagined futures (`expectedConfidence`); the order of votes has no effect. Compare the value of
 * computation of Russell and Wefald (1991), and Damani et al. (arXiv 2410.04707) for marginal gains of samples.
 */
export function valueOfSample(votes: readonly ScoredVote[], options: ValueOptions): number {
  const { prior, errorModel: model = defaultProfile.errorModel } = options.confidence;
  const how = { prior, model, typical: weightsFor(model.evidence, options.evidence)?.typical ?? 0 };
  const groups = groupVotes(votes, model).sort((a, b) => b.count - a.count || b.evidence - a.evidence);
  const posterior = createGroupPosterior(votes.length, prior, model)(groups);
  const now = Math.max(0, ...posterior);
  let value = Math.max(0, afterOneVote(groups, posterior, how) - now);
  for (const count of HORIZONS) {
    if (count > options.left || value >= (options.enough ?? Number.POSITIVE_INFINITY)) break;
    value = Math.max(value, (expectedConfidence(groups, posterior, count, how) - now) / count);
  }
  return value;
}
