import { type Budget, budgetText, PRICED_SAMPLES } from "@reckon/planning";
import type { SharedAccount } from "../ledger/shared-account.ts";
import type { BatchPrices, Price } from "./batch-prices.ts";
import type { BatchShares } from "./batch-shares.ts";
import { heldFor, SLACK, spentIn } from "./share-units.ts";

/** Where many problems wait for few that run, one that runs may hold so many times its part of the budget, by what it is expected to take. */
const FAR = 8;
/** Of what is free, those that run hold about half at most, beyond what they are expected to take. */
const HELD = 1 / 2;
/** A price holds until so large a part of those that waited has begun. */
const REPRICED = 1 / 50;

/** What was learned of costs elsewhere counts as much as so many problems that have ended here. */
const PRIOR_PROBLEMS = 8;

/** What shares by one price are made from. */
export interface PricedInput {
  readonly problems: number;
  readonly prices: BatchPrices;
  readonly budget: Budget;
  readonly ledger: SharedAccount;
  readonly maxParallel: number;
}

/**
 * One price for all problems of a batch: each goes on as long as its votes promise as much as its tokens could bring another one (`impliedPrice`). The price is that
 * of what is left for those that still wait, at the cost that those before them had beside what was expected of them: it falls where they took less and rises
 * where they took more. The shares that problems hold are limits, not what they are to spend. `undefined` for budgets that no price is known for (money, calls), or that
 * the dearest price would overspend.
 */
export function createPricedShares(input: PricedInput): BatchShares | undefined {
  const { problems, prices, budget, ledger, maxParallel } = input;
  const { unit, amount } = budget;
  const order = Array.from({ length: problems }, (_, place) => place);
  const waiting = new Set(order);
  const first = prices.at(waiting, budget);
  /** What problems that run are expected to take, by their place. */
  const running = new Map<number, number>();
  const sumOf = (costs: Iterable<number>) => [...costs].reduce((sum, one) => sum + one, 0);
  const costOfAll = (price: Price) => sumOf([...waiting].map(price.cost));
  // Whoever goes by votes has one at least: a budget that does not pay for them is better divided in advance.
  if (first === undefined || first.overspends) return undefined;
  let price: Price = first;
  let all = costOfAll(price);
  let begun = 0;
  const prior = (PRIOR_PROBLEMS * all) / problems;
  const ended = { expected: prior, spent: prior };

  function reprice(): void {
    const dearness = ended.spent / ended.expected;
    const left = amount - spentIn(ledger.total, unit) - dearness * sumOf(running.values());
    price = prices.at(waiting, { unit, amount: Math.max(1, left / dearness) }) ?? price;
    all = costOfAll(price);
    begun = 0;
  }

  return {
    order,
    settle(place, { part }, spent) {
      ended.expected += running.get(place) ?? 0;
      ended.spent += spentIn(spent, unit);
      running.delete(place);
      ledger.settle(part, spent);
    },
    take(place) {
      if (begun >= waiting.size * REPRICED) reprice();
      begun += 1;
      const reach = price.overspends ? 1 : Math.min(FAR, Math.max(SLACK, (waiting.size / maxParallel) * HELD));
      const cost = price.cost(place);
      const portion = all > 0 ? Math.min(1, cost / all) : 1;
      waiting.delete(place);
      all -= cost;
      running.set(place, cost);
      const part = ledger.take(1 / heldFor(portion, reach));
      return {
        part,
        maxSamples: PRICED_SAMPLES,
        tokenGain: price.tokenGain,
        reason: `one price for the batch: a thousand output tokens have to add ${price.tokenGain} to P(right); about ${budgetText({ unit, amount: cost })} of ${budgetText(budget)}`,
      };
    },
  };
}
