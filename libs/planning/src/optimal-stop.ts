import { createGroupPosterior, type ErrorModel } from "./posterior.ts";
import type { BetaPrior } from "./scored-vote.ts";

/** What the value of going on depends on, beside the votes. */
export interface OptimalStopOptions {
  readonly prior: BetaPrior;
  /** How wrong answers coincide. */
  readonly model: Pick<ErrorModel, "diversity">;
  /** What one more sample costs, in P(the answer is right); > 0. */
  readonly price: number;
  /** Votes after which there are no more; >= 1. */
  readonly horizon: number;
}

/** When to stop, for votes that have no signs of quality: a decision for each vector of vote counts. */
export interface OptimalStop {
  /** Whether another sample is worth its price, for vote counts in falling order; false from the horizon on. */
  goesOn(counts: readonly number[]): boolean;
}

/**
 * The stop rule that is best under the model of `posteriorOf`: by backward induction over all vectors of vote counts up to the
 * horizon,
 *   V(c) = max( P(the leader is right | c), -price + sum over next votes of P(next | c) V(c + next) ),
 * going on where the second is larger (sequential decisions: DeGroot, Optimal Statistical Decisions, 1970, chapter 12). The predictive
 * P(next | c) is that of a Polya urn for the right answer and a Chinese restaurant process for the wrong ones. Vectors are visited as they
 * are asked for and remembered: up to 16 votes there are 914 of them. Samples in flight are left out of the reckoning.
 */
export function createOptimalStop({ prior, model, price, horizon }: OptimalStopOptions): OptimalStop {
  const { diversity } = model;
  const errorModel: ErrorModel = { diversity, evidence: { limit: 0, kinds: {} } };
  const known = new Map<string, { readonly value: number; readonly goesOn: boolean }>();
  const posteriors = Array.from({ length: horizon + 1 }, (_, total) => createGroupPosterior(total, prior, errorModel));

  function look(counts: readonly number[]): { readonly value: number; readonly goesOn: boolean } {
    const key = counts.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const groups = counts.map((count) => ({ canonical: "", count, evidence: 0 }));
    const posterior = (posteriors[Math.min(total, horizon)] as (typeof posteriors)[number])(groups);
    const stopping = Math.max(0, ...posterior);
    let result = { value: stopping, goesOn: false };
    // No votes could make it surer than certain: nothing that lies behind needs a look.
    if (total < horizon && stopping < 1 - price) {
      const going = expectedAfter(counts, total, posterior) - price;
      if (going > stopping) result = { value: going, goesOn: true };
    }
    known.set(key, result);
    return result;
  }

  /** Expected value after one more vote. */
  function expectedAfter(counts: readonly number[], total: number, posterior: readonly number[]): number {
    const none = Math.max(0, 1 - posterior.reduce((sum, p) => sum + p, 0));
    const chances = counts.map(() => 0);
    let unseen = 0;
    for (let truth = 0; truth <= counts.length; truth += 1) {
      const chance = posterior[truth] ?? none;
      const agreeing = counts[truth] ?? 0;
      const right = (prior.alpha + agreeing) / (prior.alpha + prior.beta + total);
      const share = (chance * (1 - right)) / (diversity + total - agreeing);
      for (let place = 0; place < counts.length; place += 1) {
        chances[place] =
          (chances[place] as number) + (place === truth ? chance * right : share * (counts[place] as number));
      }
      unseen += share * diversity + (truth === counts.length ? chance * right : 0);
    }
    let expected = unseen * look([...counts, 1]).value;
    for (let place = 0; place < counts.length; place += 1) {
      const count = counts[place] as number;
      // Candidates with as many votes lead to the same vector: the first of them stands for all.
      if (place > 0 && counts[place - 1] === count) continue;
      const last = counts.lastIndexOf(count);
      const chance = chances.slice(place, last + 1).reduce((sum, p) => sum + p, 0);
      expected += chance * look(counts.with(place, count + 1)).value;
    }
    return expected;
  }

  return { goesOn: (counts) => look(counts).goesOn };
}

/** Tables that are kept: priors differ from problem to problem, but not by much. */
const MOST_TABLES = 64;
const tables = new Map<string, OptimalStop>();

/** The table for a prior (its pseudo-counts to one digit after the point), made when it is first asked for. */
export function optimalStopFor(options: OptimalStopOptions): OptimalStop {
  const rounded = (count: number) => Math.max(0.1, Math.round(count * 10) / 10);
  const prior = { alpha: rounded(options.prior.alpha), beta: rounded(options.prior.beta) };
  const key = [prior.alpha, prior.beta, options.model.diversity, options.price, options.horizon].join();
  const known = tables.get(key) ?? createOptimalStop({ ...options, prior });
  // The one used last goes last.
  tables.delete(key);
  tables.set(key, known);
  if (tables.size > MOST_TABLES) tables.delete(tables.keys().next().value as string);
  return known;
}
