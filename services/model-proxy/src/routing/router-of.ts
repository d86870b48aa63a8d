import { type BackendDeps, createBackendMaker } from "@reckon/backends";
import type { Config } from "@reckon/config";
import { type Clock, systemClock } from "@reckon/core";
import { type RateLimiter, readRateLimitHeaders } from "@reckon/resilience";
import { type PoolSettings, poolSettingsOf } from "./pool-settings.ts";
import type { Resolve } from "./replica-addresses.ts";
import { createRouter, type Router } from "./router.ts";
import { noNews, type RoutingNews } from "./routing-news.ts";
import { routingSettingsOf } from "./routing-settings.ts";

/** What a router gets beside its configuration. */
export interface RouterDeps extends Pick<BackendDeps, "env" | "startEngine"> {
  readonly warn: (message: string) => void;
  /** Default: the real one. */
  readonly clock?: Clock;
  readonly news?: RoutingNews;
  readonly resolve?: Resolve;
  readonly tenant?: () => string | undefined;
}

/** The router that a configuration describes; nothing is connected or loaded until it is used. */
export function routerOf(config: Config, deps: RouterDeps): Router {
  const { warn, clock = systemClock, news = noNews, resolve, tenant } = deps;
  const makeBackend = (pool: PoolSettings, url: string | undefined, limiter: RateLimiter) => {
    const onRateLimit = (headers: Headers) => limiter.correct(readRateLimitHeaders(headers));
    const make = createBackendMaker(config, { ...deps, onRateLimit });
    return make(pool.name, { ...pool.backend, url });
  };
  return createRouter({
    pools: poolSettingsOf(config),
    routing: routingSettingsOf(config),
    clock,
    news,
    warn,
    makeBackend,
    ...(resolve !== undefined && { resolve }),
    ...(tenant !== undefined && { tenant }),
  });
}
