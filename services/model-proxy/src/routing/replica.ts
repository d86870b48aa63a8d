import type { Backend, BackendLoad, Clock, EndpointLoad } from "@reckon/core";
import {
  type CircuitBreaker,
  type ConcurrencyLimit,
  createCircuitBreaker,
  createConcurrencyLimit,
} from "@reckon/resilience";
import type { RoutingNews } from "./routing-news.ts";

/** One endpoint of a pool, with what is known of how it is. */
export interface Replica {
  /** For example `10.0.0.7:8000`. */
  readonly name: string;
  readonly backend: Backend;
  readonly breaker: CircuitBreaker;
  readonly concurrency: ConcurrencyLimit;
  /** Samples that it was given and that have not ended. */
  live: number;
  /** What other clients have it do, as far as it tells. */
  foreign: number;
  /** True once it is no longer part of its pool; it ends what it has. */
  gone: boolean;
}

/** What a replica needs from its pool. */
export interface ReplicaOptions {
  readonly pool: string;
  readonly name: string;
  readonly backend: Backend;
  readonly clock: Clock;
  /** The most samples at once. */
  readonly ceiling: number;
  readonly breakerFailures: number;
  readonly breakerRecoveryMs: number;
  readonly news: RoutingNews;
  /** Something about it has changed that those who wait should know. */
  readonly onChange: () => void;
}

/** A replica that nothing is known of yet. */
export function createReplica(options: ReplicaOptions): Replica {
  const { pool, name, backend, clock, news, onChange } = options;
  return {
    name,
    backend,
    breaker: createCircuitBreaker({
      clock,
      failures: options.breakerFailures,
      recoveryMs: options.breakerRecoveryMs,
      onChange: (state) => {
        news.breakerChanged(pool, name, state);
        onChange();
      },
    }),
    concurrency: createConcurrencyLimit({ clock, ceiling: options.ceiling }),
    live: 0,
    foreign: 0,
    gone: false,
  };
}

/** Takes over what a replica's endpoint says of itself: all that it does and that is not ours. */
export function noteEndpointLoad(replica: Replica, endpoint: EndpointLoad | undefined): void {
  if (endpoint === undefined) return;
  replica.foreign = Math.max(0, endpoint.runningRequests + endpoint.waitingRequests - replica.live);
}

/** What a backend that cannot be asked has done. */
export const noLoad: BackendLoad = {
  liveSamples: 0,
  queuedSamples: 0,
  outputTokens: 0,
  cancelledTokens: 0,
  prefilledTokens: 0,
};
