import type { LedgerCaps } from "@reckon/core";
import {
  allocate,
  type Budget,
  bestWithin,
  budgetsOf,
  type GainPoint,
  type PlanOption,
  spentOf,
} from "@reckon/planning";
import type { Part, SharedAccount } from "../ledger/shared-account.ts";

/** What a problem of a batch may spend. */
export interface Share {
  readonly part: Part;
  /** N at most; `undefined`: as its plan has it. */
  readonly maxSamples: number | undefined;
  /** Why, in a sentence; `undefined` where nothing was decided. */
  readonly reason: string | undefined;
}

/** How one account is divided among the problems of a batch. */
export interface BatchShares {
  /** Places of the problems, in the order in which they should begin. */
  readonly order: readonly number[];
  /** The share of a problem that begins now; each problem once. */
  take(place: number): Share;
}

interface Point extends GainPoint {
  readonly samples: number;
}

/**
 * A problem holds more than it is expected to spend, since chains may be longer than the average; what it leaves goes back. The account is never
 * overdrawn: what is held is taken out of it.
 */
const SLACK = 1.5;

/**
 * Divides an account by marginal gain (`allocate`): who is expected to gain most from another sample gets it. Those that are to spend least begin, so that what
 * they leave can go to those that need most; who was to have nothing comes last and may have what is left. Shares are of what is free when a problem
 * begins, so that they grow with all that was not spent. `undefined` where the caps pay for all that anybody could use: nothing is to be divided.
 */
export function createBatchShares(
  prospects: readonly (readonly PlanOption[])[],
  caps: LedgerCaps,
  ledger: SharedAccount,
): BatchShares | undefined {
  const scarce = scarcest(prospects, caps);
  if (scarce === undefined) return undefined;
  const { unit, amount } = scarce;
  const points = prospects.map((options) => pointsOf(options, unit));
  const { chosen } = allocate(points, amount);
  const weights = points.map((some, place) => chosen[place]?.cost ?? some[0]?.cost ?? 0);
  const order = points.map((_, place) => place);
  order.sort(
    (a, b) =>
      Number(chosen[a] === undefined) - Number(chosen[b] === undefined) || (weights[a] ?? 0) - (weights[b] ?? 0),
  );
  const waiting = new Set(order);
  return {
    order,
    take(place) {
      const all = [...waiting].reduce((sum, other) => sum + (weights[other] as number), 0);
      waiting.delete(place);
      const portion = all > 0 ? (weights[place] as number) / all : 1;
      // The last one needs to leave nothing to others.
      const part = ledger.take(Math.max(1, 1 / (portion * (waiting.size === 0 ? 1 : SLACK))));
      const held = heldOf(part, unit) ?? 0;
      const planned = held / Math.min(SLACK, 1 / portion);
      const point = bestWithin(points[place] as Point[], planned) ?? points[place]?.[0];
      const samples = point?.samples ?? 1;
      return {
        part,
        maxSamples: samples,
        reason: `its share of the batch, by marginal gain: ${samples} ${samples === 1 ? "sample" : "samples"} for about ${shown(point?.cost ?? 0, unit)} of ${shown(amount, unit)}`,
      };
    },
  };
}

/** The budget that falls shortest of what all problems together could use. */
function scarcest(prospects: readonly (readonly PlanOption[])[], caps: LedgerCaps): Budget | undefined {
  const strain = ({ unit, amount }: Budget) =>
    prospects.reduce((sum, options) => sum + Math.max(0, ...options.map(({ cost }) => spentOf(cost, unit) ?? 0)), 0) /
    amount;
  const [first] = budgetsOf(caps).sort((a, b) => strain(b) - strain(a));
  return first !== undefined && strain(first) > 1 ? first : undefined;
}

function pointsOf(options: readonly PlanOption[], unit: Budget["unit"]): Point[] {
  return options.map(({ cost, accuracy, samples }) => ({ cost: spentOf(cost, unit) ?? 0, gain: accuracy, samples }));
}

function heldOf(part: Part, unit: Budget["unit"]): number | undefined {
  const { maxOutputTokens, maxTotalTokens, maxCostUsd, maxCalls } = part;
  return {
    "output-tokens": maxOutputTokens,
    "total-tokens": maxTotalTokens,
    usd: maxCostUsd,
    calls: maxCalls,
    seconds: undefined,
  }[unit];
}

function shown(amount: number, unit: Budget["unit"]): string {
  const noun = {
    "output-tokens": "output tokens",
    "total-tokens": "tokens",
    usd: "US dollars",
    calls: "calls",
    seconds: "s",
  }[unit];
  return `${unit === "usd" ? Number(amount.toPrecision(3)) : Math.round(amount)} ${noun}`;
}
