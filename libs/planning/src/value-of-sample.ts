import { sigmoid } from "@reckon/stats";
import type { ConfidenceOptions } from "./confidence.ts";
import { defaultErrorModel, groupVotes, posteriorOfGroups, type VoteGroup } from "./posterior.ts";
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

/**
 * Value of one more sample: how much P(the best candidate is right) is expected to rise by its vote, in [0, 1], under the
 * model of `posteriorOf`. The vote may fall on each candidate or on a new one; with a verifier (`scored`) its sample is
 * found good or bad, with the reliability that the error model's `typicalEvidence` stands for. Where answers split and
 * scores are low it is small, and stays small: thinking on does not pay. Without scores a single vote rarely changes the
 * leader, so that the value of the next one alone says too little; use it with scores.
 */
export function valueOfSample(votes: readonly ScoredVote[], scored: boolean, options: ConfidenceOptions): number {
  const { prior, errorModel: model = defaultErrorModel } = options;
  const groups = groupVotes(votes, model);
  const posterior = posteriorOfGroups(groups, prior, model);
  const { right, wrong } = predictive(groups, posterior, prior, model.diversity);
  const reliability = sigmoid(model.typicalEvidence);
  const findings = scored
    ? [
        { evidence: model.typicalEvidence, ifRight: reliability, ifWrong: 1 - reliability },
        { evidence: -model.typicalEvidence, ifRight: 1 - reliability, ifWrong: reliability },
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
      expected += chance * Math.max(...posteriorOfGroups(next, prior, model));
    }
  }
  return Math.max(0, expected - Math.max(0, ...posterior));
}
