import {
  allocate,
  type Budget,
  bestWithin,
  budgetText,
  type GainPoint,
  type PlanOption,
  spentOf,
} from "@reckon/planning";
import type { SharedAccount } from "../ledger/shared-account.ts";
import type { BatchShares } from "./batch-shares.ts";
import { heldFor, heldOf, SLACK, spentIn } from "./share-units.ts";

interface Point extends GainPoint {
  readonly samples: number;
}

/** Problems stop before their N; what those that have ended left of their plans is given out in advance, up to so many times a share. */
const MOST_AHEAD = 2;
/** Before that is believed, this many problems have ended. */
const BELIEVED_AFTER = 4;

/**
 * Divides an account in advance, by marginal gain (`allocate`): who is expected to gain most from another sample gets it. Those that are to spend least
 * begin, so that what they leave can go to those that need most; who was to have nothing comes last and may have what is left. Shares are of what is free when
 * a problem begins, so that they grow with all that was not spent.
 */
export function createGainShares(
  prospects: readonly (readonly PlanOption[])[],
  budget: Budget,
  ledger: SharedAccount,
): BatchShares {
  const { unit, amount } = budget;
  const points = prospects.map((options) => pointsOf(options, unit));
  const { chosen } = allocate(points, amount);
  const weights = points.map((some, place) => chosen[place]?.cost ?? some[0]?.cost ?? 0);
  const order = points.map((_, place) => place);
  order.sort(
    (a, b) =>
      Number(chosen[a] === undefined) - Number(chosen[b] === undefined) || (weights[a] ?? 0) - (weights[b] ?? 0),
  );
  const waiting = new Set(order);
  const ended = { problems: 0, planned: 0, spent: 0 };
  const planned = new Map<number, number>();
  const ahead = () =>
    ended.problems < BELIEVED_AFTER
      ? 1
      : Math.max(1, Math.min(MOST_AHEAD, ended.planned / Math.max(1e-12, ended.spent)));
  return {
    order,
    settle(place, { part }, spent) {
      ended.problems += 1;
      ended.planned += planned.get(place) ?? 0;
      ended.spent += spentIn(spent, unit);
      ledger.settle(part, spent);
    },
    take(place) {
      const all = [...waiting].reduce((sum, other) => sum + (weights[other] as number), 0);
      waiting.delete(place);
      const portion = all > 0 ? (weights[place] as number) / all : 1;
      const share = Math.min(1, portion * ahead());
      const wanted = heldFor(share, SLACK);
      const part = ledger.take(1 / wanted);
      const payable = ((heldOf(part, unit) ?? 0) * share) / wanted;
      const point = bestWithin(points[place] as Point[], payable) ?? points[place]?.[0];
      planned.set(place, point?.cost ?? 0);
      const samples = point?.samples ?? 1;
      return {
        part,
        maxSamples: samples,
        tokenGain: undefined,
        reason: `its share of the batch, by marginal gain: ${samples} ${samples === 1 ? "sample" : "samples"} for about ${budgetText({ unit, amount: point?.cost ?? 0 })} of ${budgetText(budget)}`,
      };
    },
  };
}

function pointsOf(options: readonly PlanOption[], unit: Budget["unit"]): Point[] {
  return options.map(({ cost, accuracy, samples }) => ({ cost: spentOf(cost, unit) ?? 0, gain: accuracy, samples }));
}
