import type { Model, ReplicaLoad, RoutingFacts, SampleRoute } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  generateOptionsFromProto,
  generateOptionsToProto,
  loadFromProto,
  loadToProto,
  modelFromProto,
  modelToProto,
} from "./generation.ts";
import { routeFromProto, routeToProto } from "./routing.ts";

const tokens = fc.nat(1_000_000);
const usage = fc.record({ promptTokens: tokens, cachedPromptTokens: tokens, outputTokens: tokens });
const usd = fc.double({ min: 0, max: 1e6, noNaN: true });
const name = fc.stringMatching(/^[a-z0-9.:-]{1,40}$/);

describe("routing over the wire", () => {
  it("keeps the facts of a call, whichever there are", () => {
    const facts = fc.record(
      {
        affinityKey: name,
        tenant: name,
        difficulty: fc.double({ min: 0, max: 1, noNaN: true }),
        priority: fc.integer({ min: -10, max: 10 }).filter((priority) => priority !== 0),
        hedge: fc.constant(true),
        maxAttempts: fc.integer({ min: 1, max: 16 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(facts, (routing: RoutingFacts) => {
        expect(generateOptionsFromProto(generateOptionsToProto({ routing })).routing).toEqual(routing);
      }),
    );
    expect(generateOptionsFromProto(generateOptionsToProto({})).routing).toBeUndefined();
  });

  it.each([
    [{ priority: 11 }, "options.routing.priority"],
    [{ difficulty: Number.NaN }, "options.routing.difficulty"],
    [{ maxAttempts: 0 }, "options.routing.max_attempts"],
    [{ affinityKey: "x".repeat(257) }, "options.routing.affinity_key"],
  ])("refuses %j", (routing, field) => {
    const wire = generateOptionsToProto({ routing });
    expect(() => generateOptionsFromProto(wire)).toThrow(field);
  });

  it("keeps how a sample came about", () => {
    const route = fc.record(
      {
        backend: name,
        replica: name,
        attempts: fc.nat(16),
        notes: fc.array(fc.string()),
        hedgedUsage: usage,
        costUsd: usd,
        degradation: fc.string({ minLength: 1 }),
      },
      { requiredKeys: ["backend", "replica", "attempts", "notes"] },
    );
    fc.assert(
      fc.property(route, (one: SampleRoute) => {
        expect(routeFromProto(routeToProto(one))).toEqual(one);
      }),
    );
  });

  it("keeps what a model is and costs, and how replicas are", () => {
    const model: Model = {
      id: "m",
      backend: "p",
      capabilities: {
        ...{ logprobs: true, n: false, abort: true, continueFromPrefix: true, seed: true, processReward: false },
        policies: ["baseline"],
      },
      contextLength: 4_096,
      parameters: undefined,
      architecture: "mamba",
      accelerator: "tpu",
      prices: { promptUsd: 0.1, outputUsd: 0.4 },
      hedges: true,
    };
    expect(modelFromProto(modelToProto(model, true))).toEqual(model);
    const replica: ReplicaLoad = {
      ...{ backend: "p", replica: "a:1", liveSamples: 1, queuedSamples: 2, concurrencyLimit: 3 },
      ...{ breaker: "half-open", prefilledTokens: 4, outputTokens: 5 },
    };
    const load = { liveSamples: 1, queuedSamples: 2, outputTokens: 5, cancelledTokens: 0, prefilledTokens: 4 };
    expect(loadFromProto(loadToProto({ ...load, replicas: [replica] }))).toEqual({ ...load, replicas: [replica] });
  });
});
