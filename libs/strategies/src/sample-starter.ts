import type { Capabilities } from "@reckon/core";
import { type StopState, windowTarget } from "@reckon/planning";
import { type CallOptions, generateOptions } from "./generate-options.ts";
import type { GenerationPool } from "./generation-pool.ts";
import type { LedgerKeeper } from "./ledger-keeper.ts";
import type { PlanDesk } from "./plan-desk.ts";
import type { SampleBook } from "./sample-book.ts";
import type { SolveInput } from "./solve-ports.ts";

/** A token limit below this leaves no room for an answer. */
const LEAST_SAMPLE_TOKENS = 8;

/** What starting samples works with. */
export interface SampleStarterParts {
  readonly input: SolveInput;
  readonly capabilities: Capabilities;
  readonly plans: PlanDesk;
  readonly ledger: LedgerKeeper;
  readonly pool: GenerationPool;
  readonly book: SampleBook;
}

/** Starts the samples of one solve: as many as the window wants and the ledger has room for. */
export interface SampleStarter {
  /** Whether a call is being opened in the background; its mail says when it is not any more. */
  isOpening: boolean;
  /** Options of a call for what the plan still wants. */
  callOptions(): CallOptions;
  /** Opens another call, unless one is being opened. */
  reopen(): void;
  /** Fills the window; `dry` where nothing is in flight and the ledger has no room for the smallest sample. */
  fill(state: StopState): "filled" | "dry";
}

/** Creates the starter of a solve. */
export function createSampleStarter(parts: SampleStarterParts): SampleStarter {
  const { plans, ledger, pool, book } = parts;
  const { seed, routing, hedges = false } = parts.input;
  const starter: SampleStarter = {
    isOpening: false,
    callOptions: () =>
      generateOptions({ plan: plans.plan, ledger, capabilities: parts.capabilities, seed, routing, hedges }),
    reopen() {
      if (starter.isOpening) return;
      starter.isOpening = true;
      pool.reopen(starter.callOptions());
    },
    fill(state) {
      const { stopRule: rule, window, windowFixed } = plans.plan;
      const target = windowTarget({ rule, window, schedule: windowFixed ? "full" : "ramp" }, state);
      // Cancelled samples hold their place until the backend has let go of them.
      const places = window - book.live().length;
      for (let i = Math.min(target - state.inFlight, places); i > 0; i -= 1) {
        if (!ledger.reserve(book.started, pool.allowance)) break;
        pool.start(book.add().sample);
      }
      if (book.live().length + book.waiting().length > 0) return "filled";
      // The ledger lets no sample of the present size start: smaller ones, or the end.
      if (ledger.affordableTokens(1, 1) < LEAST_SAMPLE_TOKENS) return "dry";
      starter.reopen();
      return "filled";
    },
  };
  return starter;
}
