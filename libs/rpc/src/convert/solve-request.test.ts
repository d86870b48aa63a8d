import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { limits, type PlanOverrides, type ReckonError } from "@reckon/core";
import { readStopRule } from "@reckon/planning";
import {
  SolveBatchRequestSchema,
  SolveOptionsSchema,
  SolveRequestSchema,
} from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  solveBatchRequestFromProto,
  solveOptionsFromProto,
  solveOptionsToProto,
  solveRequestFromProto,
} from "./solve-request.ts";

type OptionsInit = Parameters<typeof create<typeof SolveOptionsSchema>>[1];
const fieldsOf = (convert: () => unknown): string[] => {
  try {
    convert();
    return [];
  } catch (error) {
    return (error as ReckonError).violations.map((violation) => violation.field);
  }
};
const wrong = (options: OptionsInit) => fieldsOf(() => solveOptionsFromProto(create(SolveOptionsSchema, options)));

describe("options of a solve", () => {
  it("leave everything to Reckon where nothing is set", () => {
    expect(solveOptionsFromProto(undefined)).toEqual({ overrides: {}, omitThoughts: false });
    expect(solveOptionsFromProto(create(SolveOptionsSchema))).toEqual({ overrides: {}, omitThoughts: false });
  });

  it.each<[string, OptionsInit]>([
    ["options.samples", { samples: 0 }],
    ["options.samples", { samples: 1_000_000_000 }],
    ["options.window", { window: 257 }],
    ["options.min_steps", { minSteps: 0 }],
    ["options.max_steps", { maxSteps: 65 }],
    ["options.min_steps", { minSteps: 9, maxSteps: 8 }],
    ["options.verification_rounds", { verificationRounds: 17 }],
    ["options.timeout", { timeout: durationFromMs(-1_000) }],
    ["options.timeout", { timeout: durationFromMs(0) }],
    ["options.timeout", { timeout: durationFromMs(600_001) }],
    ["options.temperature", { temperature: 2.1 }],
    ["options.temperature", { temperature: Number.NaN }],
    ["options.top_p", { topP: 0 }],
    ["options.seed", { seed: 1n << 60n }],
    ["options.difficulty", { difficulty: -0.1 }],
    ["options.confidence_threshold", { confidenceThreshold: 1.01 }],
    ["options.stop_rule", { stopRule: "bta" }],
    ["options.stop_rule", { stopRule: "beta:window=4" }],
    ["options.max_output_tokens", { maxOutputTokens: 0n }],
    ["options.max_calls", { maxCalls: 0 }],
    ["options.max_total_tokens", { maxTotalTokens: 0n }],
    ["options.max_cost_usd", { maxCostUsd: 0 }],
    ["options.priority", { priority: 9 as never }],
    ["options.model", { model: "m".repeat(257) }],
    ["options.strategy", { strategy: 42 as never }],
    ["options.method", { method: 99 as never }],
    ["options.selection", { selection: -1 as never }],
    ["options.selection", { method: 1, selection: 2 }],
  ])("reject %s (%#)", (field, options) => {
    expect(wrong(options)).toEqual([field]);
  });

  it("take the limits themselves", () => {
    expect(wrong({ samples: 256, window: 256, minSteps: 64, maxSteps: 64, timeout: durationFromMs(600_000) })).toEqual(
      [],
    );
    expect(
      wrong({ samples: 1, temperature: 0, topP: 1, seed: BigInt(Number.MAX_SAFE_INTEGER), difficulty: 1 }),
    ).toEqual([]);
  });

  it("survive the wire, whatever they are", () => {
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const within = ({ min, max }: { min: number; max: number }) => optional(fc.integer({ min, max }));
    const positive = optional(fc.double({ min: Number.MIN_VALUE, max: 1, noNaN: true }));
    const overrides = fc
      .record({
        strategy: optional(fc.constantFrom("fast", "balanced", "comprehensive", "adaptive")),
        method: optional(fc.constant("best-of-n")),
        selection: optional(fc.constantFrom("best-score", "majority", "weighted-vote")),
        samples: within(limits.samples),
        window: within(limits.window),
        maxSteps: within(limits.steps),
        verificationRounds: within(limits.verificationRounds),
        timeoutMs: within(limits.timeoutMs),
        temperature: optional(fc.double({ min: 0, max: 2, noNaN: true })),
        topP: positive,
        seed: within(limits.seed),
        difficulty: optional(fc.double({ min: 0, max: 1, noNaN: true })),
        confidenceThreshold: positive,
        stopRule: fc
          .constantFrom("none", "beta:threshold=0.9,guard=1", "unanimous:span=3", "value:gain=0.1")
          .map(readStopRule),
        maxOutputTokens: within(limits.maxOutputTokens),
        maxCalls: within(limits.maxCalls),
        maxTotalTokens: within(limits.maxTotalTokens),
        maxCostUsd: positive,
        priority: optional(fc.constantFrom("low", "normal", "high")),
        model: optional(fc.stringMatching(/^[a-z0-9-]{1,40}$/)),
        earlyStopping: optional(fc.boolean()),
      })
      .map(
        (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as PlanOverrides,
      );
    fc.assert(
      fc.property(overrides, fc.boolean(), (given, omitThoughts) => {
        const bytes = toBinary(SolveOptionsSchema, solveOptionsToProto({ overrides: given, omitThoughts }));
        const back = solveOptionsFromProto(fromBinary(SolveOptionsSchema, bytes));
        expect(back).toEqual({ overrides: given, omitThoughts });
      }),
      { numRuns: 200 },
    );
  });
});

describe("a request to solve", () => {
  it("is refused for all its faults at once", () => {
    const request = create(SolveRequestSchema, { options: { samples: 0, temperature: 5 } });
    expect(fieldsOf(() => solveRequestFromProto(request))).toEqual([
      "problem",
      "options.samples",
      "options.temperature",
    ]);
  });
});

describe("a batch", () => {
  const item = (id: string, prompt = "1+1") => ({ id, problem: { prompt } });

  it("gives items their own options or the batch's, and ids by index where they have none", () => {
    const batch = solveBatchRequestFromProto(
      create(SolveBatchRequestSchema, {
        items: [item(""), { ...item("b"), options: { samples: 3 } }],
        options: { samples: 7 },
      }),
    );
    expect(batch).toMatchObject({
      items: [
        { id: "0", overrides: { samples: 7 } },
        { id: "b", overrides: { samples: 3 } },
      ],
      maxParallel: 4,
      caps: {},
      streamEvents: false,
    });
  });

  it.each<[string[], Parameters<typeof create<typeof SolveBatchRequestSchema>>[1]]>([
    [["items"], {}],
    [["items"], { items: Array.from({ length: 10_001 }, (_, index) => item(`${index}`)) }],
    [["items[1].id"], { items: [item("a"), item("a")] }],
    [["items[1].id"], { items: [item("1"), item("")] }],
    [["items[0].id"], { items: [item("x".repeat(257))] }],
    [["items[1].problem.prompt"], { items: [item("a"), item("b", "")] }],
    [["items"], { items: Array.from({ length: 17 }, (_, index) => item(`${index}`, "x".repeat(1_048_576))) }],
    [["max_parallel", "max_output_tokens"], { items: [item("a")], maxParallel: 0, maxOutputTokens: 0n }],
  ])("is refused for %j", (fields, init) => {
    expect(fieldsOf(() => solveBatchRequestFromProto(create(SolveBatchRequestSchema, init)))).toEqual(fields);
  });
});
