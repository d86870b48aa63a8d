import { createPrng, type Prng, sigmoid } from "@reckon/stats";
import { createGroupPosterior, type ErrorModel, type VoteGroup } from "./posterior.ts";
import type { BetaPrior } from "./scored-vote.ts";

/** Futures that are imagined; the same random numbers for every state, so that equal states have equal values. */
const FUTURES = 64;
const SEED = 1;

/** How votes to come are imagined. */
export interface Imagination {
  readonly prior: BetaPrior;
  readonly model: ErrorModel;
  /** How much the signs of their quality will typically be worth, in nats; 0 where they have none. */
  readonly typical: number;
}

/** Draws a place by its chance; the place after the last where the chances leave it over. */
function draw(count: number, chanceOf: (place: number) => number, random: Prng): number {
  let rest = random.next();
  for (let place = 0; place < count; place += 1) {
    rest -= chanceOf(place);
    if (rest < 0) return place;
  }
  return count;
}

/** Adds `count` votes to groups, the true answer being that of the group `truth`, or of a new one where there is none such. */
function imagine(groups: VoteGroup[], truth: number, votes: Votes, how: Imagination, random: Prng): void {
  const { prior, model, typical } = how;
  const reliability = sigmoid(typical);
  for (let total = votes.before; total < votes.before + votes.more; total += 1) {
    const agreeing = groups[truth]?.count ?? 0;
    const isRight = random.next() * (prior.alpha + prior.beta + total) < prior.alpha + agreeing;
    let place = truth;
    if (!isRight) {
      const seats = model.diversity + total - agreeing;
      place = draw(groups.length, (g) => (g === truth ? 0 : (groups[g] as VoteGroup).count / seats), random);
      // The place of the truth may be the next free one: then a new wrong answer goes behind it.
      if (place === truth) place += 1;
    }
    const found = random.next() < reliability === isRight ? 1 : -1;
    const evidence = found * typical;
    const old = groups[place] ?? { canonical: "", count: 0, evidence: 0 };
    if (place > groups.length) groups.push({ canonical: "", count: 0, evidence: 0 });
    groups[place] = { canonical: "", count: old.count + 1, evidence: old.evidence + evidence };
  }
}

interface Votes {
  readonly before: number;
  readonly more: number;
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
  const before = groups.reduce((sum, group) => sum + group.count, 0);
  const posteriorAfter = createGroupPosterior(before + count, how.prior, how.model);
  let sum = 0;
  for (let future = 0; future < FUTURES; future += 1) {
    const imagined = [...groups];
    const truth = draw(posterior.length, (place) => posterior[place] as number, random);
    imagine(imagined, truth, { before, more: count }, how, random);
    sum += Math.max(...posteriorAfter(imagined.filter((group) => group.count > 0)));
  }
  return sum / FUTURES;
}
