import type { Confidence } from "@reckon/core";
import type { HistorySummary } from "./history-summary.ts";
import type { ProblemFeatures } from "./problem-features.ts";

/** How a solve ended, as far as the next estimate can learn from it. */
export interface OutcomeRecord {
  /** Id of the solve; a second record of it is ignored. */
  readonly solveId: string;
  readonly features: ProblemFeatures;
  /** Difficulty that was estimated; [0, 1]. */
  readonly difficulty: number;
  /** Samples that voted for the answer that won. */
  readonly votesForAnswer: number;
  /** Samples that voted; >= `votesForAnswer`. */
  readonly votes: number;
  /** `undefined` where there was no answer. */
  readonly confidence: Confidence | undefined;
  /** Whether the answer was right; `undefined` where nobody knows. */
  readonly correct: boolean | undefined;
  /** The text of the problem; dropped by a store that does not record prompts. */
  readonly prompt?: string;
}

/** A recorded outcome, with how it resembles the problem that was asked about. */
export interface SimilarOutcome extends OutcomeRecord {
  /** `template`: the same text but for its numbers; `kind`: the same domain and about the same length. */
  readonly similarity: "template" | "kind";
  /** Milliseconds since 1970. */
  readonly recordedAtMs: number;
}

/**
 * The memory of past solves. Calls are synchronous and take well under a millisecond; a store that cannot be read or
 * written throws a `ReckonError`: `unavailable` where another process keeps it locked, else `data-loss`.
 */
export interface Store {
  /** The file, or `undefined` for a store in memory. */
  readonly path: string | undefined;
  /** Keeps an outcome; false where this solve was recorded before, which changes nothing. */
  recordOutcome(record: OutcomeRecord): boolean;
  /** Outcomes of similar problems of the same tenant, those of the same template first, then the newest first; at most `limit` (default 200). */
  similarOutcomes(features: ProblemFeatures, limit?: number): SimilarOutcome[];
  /** What similar outcomes say about the chance that one sample is right; of those since `sinceMs` (milliseconds since 1970) where it is given. */
  history(features: ProblemFeatures, limit?: number, sinceMs?: number): HistorySummary;
  /** What was kept under a name for a tenant; `undefined` where nothing was. */
  readState(tenant: string, name: string): string | undefined;
  /** Keeps a text under a name for a tenant in place of what was there; `undefined` removes it. */
  writeState(tenant: string, name: string, content: string | undefined): void;
  /** Names of the tenants that keep something under a name, in order. */
  tenantsWithState(name: string): string[];
  /**
   * Runs `work` as one transaction: other processes see all of its writes or none, and write nothing in between. What it throws
   * undoes them.
   */
  atomically<T>(work: () => T): T;
  /** Outcomes of all tenants that somebody has said to be right or wrong, the newest first; at most `limit` (default 100,000). */
  knownOutcomes(limit?: number): OutcomeRecord[];
  /** How many outcomes are kept. */
  countOutcomes(): number;
  close(): void;
}
