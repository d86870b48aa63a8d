import type { BackendConfig, Config, PoolConfig } from "@reckon/config";
import type { TokenPrices } from "@reckon/core";

/** A pool as the router sees it, whether it was configured as one or as a backend. */
export interface PoolSettings {
  readonly name: string;
  readonly backend: Omit<BackendConfig, "url">;
  /** Base URLs of the replicas; empty for the embedded model and for a provider's own address. */
  readonly endpoints: readonly string[];
  /** A base URL to look up instead. */
  readonly dns: string | undefined;
  readonly dnsRefreshMs: number;
  readonly accelerator: string | undefined;
  readonly architecture: string | undefined;
  readonly prices: TokenPrices | undefined;
  readonly weight: number;
  readonly minDifficulty: number;
  readonly maxDifficulty: number;
  readonly fallback: readonly string[];
  readonly hedge: boolean;
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  /** The most samples of one replica at once. */
  readonly ceiling: number;
}

/**
 * All pools, the default one first. A backend is a pool of one replica; only the default backend takes requests that name no
 * model. Where routing is switched off (`enable_router_integration`), the default pool is the only one.
 */
export function poolSettingsOf(config: Config): PoolSettings[] {
  const pools = Object.entries(config.pools).map(([name, pool]) => ofPool(name, pool, config));
  const backends = Object.entries(config.backends).map(([name, backend], i) => {
    const isDefault = backend.default || (pools.length === 0 && i === 0);
    return ofBackend(name, backend, isDefault ? 1 : 0, config);
  });
  const isDefault = ({ name }: PoolSettings) =>
    (config.pools[name]?.default ?? false) || (config.backends[name]?.default ?? false);
  const all = [...pools, ...backends];
  const ordered = [...all.filter(isDefault), ...all.filter((pool) => !isDefault(pool))];
  return config.integration.enable_router_integration ? ordered : ordered.slice(0, 1);
}

function ofPool(name: string, pool: PoolConfig, config: Config): PoolSettings {
  const { price_prompt: promptUsd, price_cached_prompt: cachedPromptUsd, price_output: outputUsd } = pool;
  const isPriced = promptUsd !== undefined && outputUsd !== undefined;
  return {
    name,
    backend: pool,
    endpoints: pool.endpoints ?? [],
    dns: pool.dns,
    dnsRefreshMs: pool.dns_refresh * 1_000,
    accelerator: pool.accelerator,
    architecture: pool.architecture,
    prices: isPriced ? { promptUsd, outputUsd, ...(cachedPromptUsd !== undefined && { cachedPromptUsd }) } : undefined,
    weight: pool.weight,
    minDifficulty: pool.min_difficulty,
    maxDifficulty: pool.max_difficulty,
    fallback: pool.fallback ?? [],
    hedge: pool.hedge,
    requestsPerMinute: pool.requests_per_minute,
    tokensPerMinute: pool.tokens_per_minute,
    ceiling: ceilingOf(pool, config),
  };
}

function ofBackend(name: string, backend: BackendConfig, weight: number, config: Config): PoolSettings {
  return {
    name,
    backend,
    endpoints: backend.url === undefined ? [] : [backend.url],
    dns: undefined,
    dnsRefreshMs: 0,
    accelerator: undefined,
    architecture: undefined,
    prices: undefined,
    weight,
    minDifficulty: 0,
    maxDifficulty: 1,
    fallback: [],
    hedge: false,
    requestsPerMinute: undefined,
    tokensPerMinute: undefined,
    ceiling: ceilingOf(backend, config),
  };
}

/** What the embedded model can decode at once; it would only queue the rest, without knowing what is urgent. */
function ceilingOf(backend: Pick<BackendConfig, "kind" | "max_parallel">, { engine }: Config): number {
  return backend.kind === "embedded" ? (engine.threads ?? 2) * engine.max_batch : backend.max_parallel;
}
