import { create } from "@bufbuild/protobuf";
import {
  type BreakerState,
  limits,
  type Model,
  type ReplicaLoad,
  type RoutingFacts,
  type SampleRoute,
} from "@reckon/core";
import * as wire from "@reckon/proto/reckon/model/v1/model";
import type { Border } from "./border.ts";
import { createEnumMap } from "./enum-map.ts";
import { sampleUsageFromProto, sampleUsageToProto } from "./sample.ts";

const probability = { min: 0, max: 1 };

const breakerStates = createEnumMap<BreakerState, wire.BreakerState>(wire.BreakerStateSchema, {
  closed: wire.BreakerState.CLOSED,
  open: wire.BreakerState.OPEN,
  "half-open": wire.BreakerState.HALF_OPEN,
});

/** What the routing may go by, from a request; what is wrong with it is noted at the border. */
export function readRouting(border: Border, path: string, routing: wire.Routing | undefined): RoutingFacts | undefined {
  if (routing === undefined) return undefined;
  const { affinityKey, tenant, difficulty, priority, hedge, maxAttempts } = routing;
  return {
    ...(affinityKey !== "" && { affinityKey: border.text(`${path}.affinity_key`, affinityKey, limits.idBytes) }),
    ...(tenant !== "" && { tenant: border.text(`${path}.tenant`, tenant, limits.idBytes) }),
    ...(difficulty !== undefined && { difficulty: border.number(`${path}.difficulty`, difficulty, probability) }),
    ...(priority !== 0 && { priority: border.number(`${path}.priority`, priority, limits.priority) }),
    ...(hedge && { hedge }),
    ...(maxAttempts !== undefined && {
      maxAttempts: border.number(`${path}.max_attempts`, maxAttempts, limits.sampleAttempts),
    }),
  };
}

/** What the routing may go by, for the wire. */
export function routingToProto(routing: RoutingFacts | undefined): wire.Routing | undefined {
  return routing === undefined ? undefined : create(wire.RoutingSchema, { ...routing });
}

/** How a sample came about, for the wire. */
export function routeToProto(route: SampleRoute): wire.SampleRoute {
  const { hedgedUsage, notes, ...rest } = route;
  return create(wire.SampleRouteSchema, {
    ...rest,
    notes: [...notes],
    hedgedUsage: hedgedUsage === undefined ? undefined : sampleUsageToProto(hedgedUsage),
  });
}

/** How a sample came about, from a response. */
export function routeFromProto(route: wire.SampleRoute): SampleRoute {
  const { backend, replica, attempts, hedgedUsage, costUsd, notes, degradation } = route;
  return {
    backend,
    replica,
    attempts,
    notes,
    ...(hedgedUsage !== undefined && { hedgedUsage: sampleUsageFromProto(hedgedUsage) }),
    ...(costUsd !== undefined && { costUsd }),
    ...(degradation !== "" && { degradation }),
  };
}

/** What a model is built on and costs, for the wire. */
export function modelFactsToProto({ architecture, accelerator, prices, hedges }: Model) {
  return {
    architecture: architecture ?? "",
    accelerator: accelerator ?? "",
    prices: prices === undefined ? undefined : create(wire.TokenPricesSchema, { ...prices }),
    hedges: hedges ?? false,
  };
}

/** What a model is built on and costs, from a response; what is not known is absent. */
export function modelFactsFromProto({ architecture, accelerator, prices, hedges }: wire.Model): Partial<Model> {
  return {
    ...(architecture !== "" && { architecture }),
    ...(accelerator !== "" && { accelerator }),
    ...(prices !== undefined && {
      prices: {
        promptUsd: prices.promptUsd,
        outputUsd: prices.outputUsd,
        ...(prices.cachedPromptUsd !== undefined && { cachedPromptUsd: prices.cachedPromptUsd }),
      },
    }),
    ...(hedges && { hedges }),
  };
}

/** How a replica is, for the wire. */
export function replicaToProto(replica: ReplicaLoad): wire.ReplicaLoad {
  return create(wire.ReplicaLoadSchema, {
    ...replica,
    breaker: breakerStates.toProto(replica.breaker),
    prefilledTokens: BigInt(replica.prefilledTokens),
    outputTokens: BigInt(replica.outputTokens),
  });
}

/** How a replica is, from a response. */
export function replicaFromProto(replica: wire.ReplicaLoad): ReplicaLoad {
  return {
    backend: replica.backend,
    replica: replica.replica,
    liveSamples: replica.liveSamples,
    queuedSamples: replica.queuedSamples,
    concurrencyLimit: replica.concurrencyLimit,
    breaker: breakerStates.fromResponse(replica.breaker),
    prefilledTokens: Number(replica.prefilledTokens),
    outputTokens: Number(replica.outputTokens),
  };
}
