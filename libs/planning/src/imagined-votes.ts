import { createPrng, type Prng, sigmoid } from "@reckon/stats";
import { type ErrorModel, posteriorOfGroups, type VoteGroup } from "./posterior.ts";
import type { BetaPrior } from "./scored-vote.ts";

/** Futures that are imagined; the same random numbers for every state, so that equal states have equal values. */
const FUTURES = 64;
const SEED = 1;

/** How votes to come are imagined. */
export interface Imagination {
  readonly prior: BetaPrior;
  readonly model: ErrorModel;
  /** Whether a verifier will score them. */
  readonly scored: boolean;
}

/** Draws a place by its chance; the place after the last where the chances leave it over. */
function draw(chances: readonly number[], random: Prng): number {
  let rest = random.next();
  const place = chances.findIndex((chance) => {
    rest -= chance;
    return rest < 0;
  });
  return place < 0 ? chances.length : place;
}

/** Adds `count` votes to groups, the true answer being that of the group `truth`, or of a new one where there is none such. */
function imagine(groups: VoteGroup[], truth: number, count: number, how: Imagination, random: Prng): void {
  const { prior, model, scored } = how;
  const reliability = sigmoid(model.typicalEvidence);
  let total = groups.reduce((sum, group) => sum + group.count, 0);
  let place = truth;
  for (let i = 0; i < count; i += 1) {
    const agreeing = groups[truth]?.count ?? 0;
    const isRight = random.next() * (prior.alpha + prior.beta + total) < prior.alpha + agreeing;
    if (isRight) place = truth;
    else {
      const seats = model.diversity + total - agreeing;
      place = draw(
        groups.map((group, g) => (g === truth ? 0 : group.count / seats)),
        random,
      );
      // The place of the truth may be the next free one: then a new wrong answer goes behind it.
      if (place === truth) place += 1;
    }
    const found = random.next() < reliability === isRight ? 1 : -1;
    const evidence = scored ? found * model.typicalEvidence : 0;
    const old = groups[place] ?? { canonical: "", count: 0, evidence: 0 };
    if (place > groups.length) groups.push({ canonical: "", count: 0, evidence: 0 });
    groups[place] = { canonical: "", count: old.count + 1, evidence: old.evidence + evidence };
    total += 1;
  }
}

/**
 * Expected P(the best candidate is right) after `count` more votes, in [0, 1], by imagining futures from the posterior: a
 * truth is drawn, then votes as samples would cast them (a Polya urn for the right answer, a Chinese restaurant process
 * for wrong ones, findings of the verifier by its typical reliability). Deterministic.
 */
export function expectedConfidence(
  groups: readonly VoteGroup[],
  posterior: readonly number[],
  count: number,
  how: Imagination,
): number {
  const random = createPrng(SEED);
  let sum = 0;
  for (let future = 0; future < FUTURES; future += 1) {
    const imagined = [...groups];
    imagine(imagined, draw(posterior, random), count, how, random);
    const seen = imagined.filter((group) => group.count > 0);
    sum += Math.max(...posteriorOfGroups(seen, how.prior, how.model));
  }
  return sum / FUTURES;
}
