import { costUsd, type SampleRoute, type SampleUsage } from "@reckon/core";
import type { Placement } from "./pool.ts";

/** What one sample has spent, over all requests for it. */
export interface SampleAccount {
  /** Requests that computed anything. */
  readonly computed: number;
  /** Of the text that the client has. */
  readonly usage: SampleUsage;
  /** A request has ended; `counts` where its text is part of the sample. */
  add(placement: Placement, usage: SampleUsage, counts: boolean, hasComputed: boolean): void;
  route(notes: readonly string[], degradation: string | undefined): SampleRoute;
}

const none: SampleUsage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };

/** Nothing spent. */
export function createSampleAccount(): SampleAccount {
  let usage = none;
  let hedged: SampleUsage | undefined;
  let cost: number | undefined = 0;
  let computed = 0;
  let last: Placement | undefined;
  return {
    get computed() {
      return computed;
    },
    get usage() {
      return usage;
    },
    add(placement, own, counts, hasComputed) {
      if (hasComputed) computed += 1;
      if (counts || last === undefined) last = placement;
      if (counts) usage = plus(usage, own);
      else if (own.promptTokens > 0 || own.outputTokens > 0) hedged = plus(hedged ?? none, own);
      const { prices } = placement.pool;
      if (hasComputed) cost = cost === undefined || prices === undefined ? undefined : cost + costUsd(own, prices);
    },
    route: (notes, degradation) => ({
      backend: last?.pool.name ?? "",
      replica: last?.replica.name ?? "",
      attempts: computed,
      ...(hedged !== undefined && { hedgedUsage: hedged }),
      ...(cost !== undefined && { costUsd: cost }),
      notes,
      ...(degradation !== undefined && { degradation }),
    }),
  };
}

function plus(a: SampleUsage, b: SampleUsage): SampleUsage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedPromptTokens: a.cachedPromptTokens + b.cachedPromptTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
