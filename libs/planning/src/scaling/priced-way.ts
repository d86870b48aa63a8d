import type { Method, PlanOverrides, StopRule } from "@reckon/core";
import type { ModelCurves } from "./model-curves.ts";

/** The most samples that prices were learned with. */
export const PRICED_SAMPLES = 64;

/** A search that begins where whole samples leave doubt, as it was measured. */
export interface DraftedSearch {
  readonly method: Method;
  /** N, as the method counts it. */
  readonly samples: number;
  /** Whole samples before it. */
  readonly drafts: number;
  /** The calibrated confidence that is enough. */
  readonly threshold: number;
}

/** How problems are thought about from a price down, to that of the next way. */
export interface PricedWay {
  /** P(the answer is right) that a thousand output tokens have to add. */
  readonly tokenGain: number;
  readonly search: DraftedSearch;
}

/** Goes on while a thousand output tokens are expected to raise P(the answer is right) by at least `tokenGain`. */
export function pricedStop(tokenGain: number): StopRule {
  return { name: "value", threshold: 1, minVotes: 1, minGain: 0, gainPerKiloToken: tokenGain };
}

/** The search that is worth most at a price; `undefined`: whole samples, as long as each is worth it. */
export function searchAtPrice({ ways = [] }: Pick<ModelCurves, "ways">, tokenGain: number): DraftedSearch | undefined {
  return ways.findLast((way) => way.tokenGain >= tokenGain)?.search;
}

/** How a model is asked to think at a price, in the words of a request. */
export type ThinkingAtPrice = Required<Pick<PlanOverrides, "samples" | "stopRule">> &
  Pick<PlanOverrides, "method" | "drafts">;

/** What is asked for at a price; without `searches`, as where a model cannot continue from a prefix, whole samples. */
export function thinkingAtPrice(curves: ModelCurves, tokenGain: number, searches = true): ThinkingAtPrice {
  const search = searches ? searchAtPrice(curves, tokenGain) : undefined;
  return search === undefined ? { samples: PRICED_SAMPLES, stopRule: pricedStop(tokenGain) } : thinkingBy(search);
}

/** What is asked for to search after drafts. */
export function thinkingBy({ threshold, ...asked }: DraftedSearch): ThinkingAtPrice {
  return { ...asked, stopRule: { name: "confidence", threshold, minVotes: 1 } };
}
