import type { Counter, Histogram } from "@opentelemetry/api";
import type { BackendLoad } from "@reckon/core";
import { declaredOnce, observe, reckonMeter } from "./instruments.ts";
import { attributes, metricNames } from "./names.ts";

/** A request for a sample ended: on which replica, why it was made (`first`, `retry`, `continuation`, `hedge`) and how it ended. */
export function recordAttempt(pool: string, replica: string, kind: string, end: string): void {
  instruments().attempts.add(1, {
    [attributes.providerName]: pool,
    [attributes.replica]: replica,
    [attributes.attemptKind]: kind,
    [attributes.attemptEnd]: end,
  });
}

/** Milliseconds from the start of a request to its first token. */
export function recordFirstToken(pool: string, elapsedMs: number): void {
  instruments().firstToken.record(elapsedMs, { [attributes.providerName]: pool });
}

/** A sample went elsewhere: to another replica than its solve's (`spill`), or to another pool (`fallback`). */
export function recordDetour(kind: "spill" | "fallback", pool: string): void {
  instruments().detours.add(1, { [attributes.providerName]: pool, [attributes.detour]: kind });
}

/** Reasoning steps of a sample, by the architecture of its model. */
export function recordSteps(architecture: string, count: number): void {
  instruments().steps.add(count, { [attributes.architecture]: architecture });
}

/** The response cache was asked. */
export function recordCacheAsked(isHit: boolean): void {
  instruments().cacheAsked.add(1, { [attributes.cacheHit]: isHit });
}

/** A breaker changed its state. */
export function recordBreakerChange(pool: string, replica: string, state: string): void {
  instruments().breakerChanges.add(1, {
    [attributes.providerName]: pool,
    [attributes.replica]: replica,
    [attributes.breakerState]: state,
  });
}

const breakerLevels = { closed: 0, "half-open": 1, open: 2 } as const;

/**
 * Reports breaker (0 closed, 1 half-open, 2 open), concurrency limit and live samples of each replica whenever metrics are
 * read. Call after `startTelemetry`; the function returned stops it.
 */
export function observeReplicas(load: () => Promise<Pick<BackendLoad, "replicas">>): () => void {
  const meter = reckonMeter();
  const breaker = meter.createObservableGauge(metricNames.breakerState, {
    description: "Circuit breaker of a replica: 0 closed, 1 half-open, 2 open.",
  });
  const limit = meter.createObservableGauge(metricNames.concurrencyLimit, {
    description: "Samples that a replica is given at once.",
  });
  const live = meter.createObservableGauge(metricNames.replicaSamples, {
    description: "Samples that a replica generates now.",
  });
  return observe([breaker, limit, live], async (result) => {
    const { replicas = [] } = await load();
    for (const replica of replicas) {
      const where = { [attributes.providerName]: replica.backend, [attributes.replica]: replica.replica };
      result.observe(breaker, breakerLevels[replica.breaker], where);
      result.observe(limit, replica.concurrencyLimit, where);
      result.observe(live, replica.liveSamples, where);
    }
  });
}

const instruments = declaredOnce((meter) => {
  const counter = (name: string, description: string): Counter => meter.createCounter(name, { description });
  const firstToken: Histogram = meter.createHistogram(metricNames.firstToken, {
    description: "From the start of a request for a sample to its first token.",
    unit: "ms",
    advice: { explicitBucketBoundaries: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000] },
  });
  return {
    firstToken,
    attempts: counter(metricNames.attempts, "Requests for samples, by why they were made and how they ended."),
    detours: counter(
      metricNames.detours,
      "Samples that went elsewhere: spilled to another replica, fell back to another pool.",
    ),
    steps: counter(metricNames.steps, "Reasoning steps, by the architecture of the model."),
    cacheAsked: counter(metricNames.cacheAsked, "Questions to the response cache."),
    breakerChanges: counter(metricNames.breakerChanges, "Changes of circuit breakers, by the new state."),
  };
});
