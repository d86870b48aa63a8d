import { sigmoid } from "@reckon/stats";
import type { ConfidenceOptions } from "./confidence.ts";
import { defaultErrorModel, posteriorOf, scoreWorth } from "./posterior.ts";
import type { ScoredVote } from "./scored-vote.ts";

/** Stands for an answer that nobody has given yet; no canonical form holds a NUL. */
const UNSEEN = "\0unseen";

/** Outcomes less likely than this change the expectation by less than anybody could care for. */
const NEGLIGIBLE = 1e-6;

/** P(the next sample gives an answer and is right) and P(... and is wrong), by canonical form. */
interface Predictive {
  readonly right: Map<string, number>;
  readonly wrong: Map<string, number>;
}

function predictive(
  votes: readonly ScoredVote[],
  posterior: Map<string, number>,
  options: ConfidenceOptions,
): Predictive {
  const { prior } = options;
  const { diversity } = options.errorModel ?? defaultErrorModel;
  const counts = new Map<string, number>();
  for (const vote of votes) counts.set(vote.canonical, (counts.get(vote.canonical) ?? 0) + 1);
  const right = new Map<string, number>();
  const wrong = new Map<string, number>();
  const add = (map: Map<string, number>, key: string, p: number) => map.set(key, (map.get(key) ?? 0) + p);
  const known = [...posterior.values()].reduce((sum, p) => sum + p, 0);
  for (const [truth, chance] of [...posterior, [UNSEEN, Math.max(0, 1 - known)] as const]) {
    const agreeing = counts.get(truth) ?? 0;
    const pRight = (prior.alpha + agreeing) / (prior.alpha + prior.beta + votes.length);
    add(right, truth, chance * pRight);
    const seats = diversity + votes.length - agreeing;
    for (const [canonical, count] of counts) {
      if (canonical !== truth) add(wrong, canonical, (chance * (1 - pRight) * count) / seats);
    }
    add(wrong, UNSEEN, (chance * (1 - pRight) * diversity) / seats);
  }
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
  const model = options.errorModel ?? defaultErrorModel;
  const posterior = posteriorOf(votes, options.prior, model);
  const { right, wrong } = predictive(votes, posterior, options);
  const reliability = sigmoid(model.typicalEvidence);
  const findings = scored
    ? [
        { score: scoreWorth(model.typicalEvidence, model), ifRight: reliability, ifWrong: 1 - reliability },
        { score: scoreWorth(-model.typicalEvidence, model), ifRight: 1 - reliability, ifWrong: reliability },
      ]
    : [{ score: undefined, ifRight: 1, ifWrong: 1 }];
  let expected = 0;
  for (const canonical of new Set([...right.keys(), ...wrong.keys()])) {
    for (const { score, ifRight, ifWrong } of findings) {
      const chance = (right.get(canonical) ?? 0) * ifRight + (wrong.get(canonical) ?? 0) * ifWrong;
      if (chance < NEGLIGIBLE) continue;
      const next = { sample: -1, canonical, answer: "", weight: 1, score };
      expected += chance * Math.max(...posteriorOf([...votes, next], options.prior, model).values());
    }
  }
  return Math.max(0, expected - Math.max(0, ...posterior.values()));
}
