import type { Clock, GenerateOptions, GenerationEvent } from "@reckon/core";
import type { Candidate } from "./choose-pools.ts";
import type { Lanes } from "./lanes.ts";
import type { Pool } from "./pool.ts";
import type { Replica } from "./replica.ts";
import type { RoutingNews } from "./routing-news.ts";
import type { RoutingSettings } from "./routing-settings.ts";

/** What the samples of one routed call share. */
export interface CallContext {
  readonly options: GenerateOptions;
  readonly promptTokens: number;
  /** Samples of one key belong together. */
  readonly keyOf: (sample: number) => string;
  /** Where the samples are at home; `undefined` where each goes its own way. */
  readonly homes: Map<Pool, Replica> | undefined;
  /** Pools to go to, the best first. */
  readonly candidates: readonly Candidate[];
  /** Pools that take over where none of the candidates can, in their order. */
  readonly fallbacks: () => Promise<readonly Candidate[]>;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly settings: RoutingSettings;
  readonly news: RoutingNews;
  readonly emit: (event: GenerationEvent) => void;
}
