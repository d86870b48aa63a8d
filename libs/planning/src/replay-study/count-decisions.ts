import type { StopReason } from "@reckon/core";
import type { ConfidenceOptions } from "../confidence.ts";
import type { StopSetup } from "../default-stop.ts";
import type { ScoredVote } from "../scored-vote.ts";
import { decide, type StopState } from "../stopping.ts";
import { windowTarget } from "../window.ts";
import type { CountGraph } from "./count-graph.ts";

/** The value of a sample is weighed over so many to come at most: more that may vote change nothing. */
const FAR = 8;

const UNKNOWN = -2;
const GO_ON = -1;

/** Reasons by which votes end a replay; their place is their code. */
export const stopCodes = ["confident", "exhausted", "no-gain"] as const satisfies readonly StopReason[];

/** What a rule decides by vote counts alone, remembered. */
export interface CountDecisions {
  /** Place of the reason to stop in `stopCodes`, or -1 to go on. */
  stop(id: number, inFlight: number, open: number): number;
  /** Samples to have in flight, on the `ramp`. */
  target(id: number, open: number): number;
}

/**
 * Whether what a rule decides over votes that weigh alike follows from their counts: `unanimous` asks which samples they are of,
 * and a price by the token what they have cost.
 */
export function isCountBased({ rule }: StopSetup): boolean {
  return rule.name !== "unanimous" && !(rule.name === "value" && (rule.gainPerKiloToken ?? 0) > 0);
}

/**
 * The decisions of `decide` and `windowTarget` over votes without signs of quality, each asked for once: they depend on the counts, on how
 * many samples are still to come (`open`, those in flight included) and, with a guard, on how many are in flight.
 */
export function createCountDecisions(
  setup: StopSetup,
  graph: CountGraph,
  confidence: ConfidenceOptions,
): CountDecisions {
  const { rule } = setup;
  const window = Math.min(setup.window, setup.samples);
  // Doubling knows no window.
  const flights = (rule.guard ?? 0) > 0 ? (setup.schedule === "doubling" ? setup.samples : window) + 1 : 1;
  const reach = Math.max(FAR, window);
  const stops: Int8Array[] = [];
  const targets: Int16Array[] = [];
  const stateOf = (id: number, inFlight: number, left: number): StopState => ({
    ...{ votes: votesOf(graph.counts(id)), inFlight, left, evidence: undefined, confidence },
  });
  return {
    stop(id, inFlight, open) {
      const far = open > FAR ? FAR : open;
      const flight = flights === 1 ? 0 : inFlight;
      stops[id] ??= new Int8Array(flights * (FAR + 1)).fill(UNKNOWN);
      const row = stops[id];
      const place = flight * (FAR + 1) + far;
      if (row[place] === UNKNOWN) {
        // How the rest is split between in flight and left matters to a guard alone.
        const flying = flights === 1 ? far : inFlight;
        const { reason } = decide(rule, stateOf(id, flying, flights === 1 ? 0 : open - inFlight));
        row[place] = reason === undefined ? GO_ON : stopCodes.indexOf(reason as (typeof stopCodes)[number]);
      }
      return row[place] as number;
    },
    target(id, open) {
      const far = open > reach ? reach : open;
      targets[id] ??= new Int16Array(reach + 1).fill(UNKNOWN);
      const row = targets[id];
      if (row[far] === UNKNOWN) row[far] = windowTarget({ rule, window }, stateOf(id, far, 0));
      return row[far] as number;
    },
  };
}

function votesOf(counts: readonly number[]): ScoredVote[] {
  return counts.flatMap((count, candidate) => {
    const vote = { sample: -1, canonical: String(candidate), answer: "", weight: 1 };
    return Array.from({ length: count }, () => vote);
  });
}
