import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { GenerationEvent, Model, ReckonError } from "@reckon/core";
import {
  GenerateOptionsSchema,
  GenerateRequestSchema,
  GenerateResponseSchema,
  ModelSchema,
} from "@reckon/proto/reckon/model/v1/model";
import { describe, expect, it } from "vitest";
import {
  generateOptionsFromProto,
  generateOptionsToProto,
  generateRequestFromProto,
  generationEventFromProto,
  generationEventToProto,
  modelFromProto,
  modelToProto,
} from "./generation.ts";

type OptionsInit = Parameters<typeof create<typeof GenerateOptionsSchema>>[1];

describe("options of a generation", () => {
  it.each<[string, OptionsInit]>([
    ["options.temperature", { temperature: -1 }],
    ["options.top_p", { topP: 1.5 }],
    ["options.top_k", { topK: 1_000_001 }],
    ["options.seed", { seed: 1n << 53n }],
    ["options.stop", { stop: Array(17).fill("x") }],
    ["options.stop[0]", { stop: [""] }],
    ["options.stop[1]", { stop: ["a", "x".repeat(257)] }],
    ["options.max_tokens", { maxTokens: 0 }],
    ["options.top_logprobs", { topLogprobs: 21, logprobs: true }],
    ["options.top_logprobs", { topLogprobs: 1 }],
    ["options.prefix", { prefix: "x".repeat(262_145) }],
    ["options.model", { model: "a\0" }],
  ])("reject %s (%#)", (field, init) => {
    const convert = () => generateOptionsFromProto(create(GenerateOptionsSchema, init));
    expect(convert).toThrow();
    try {
      convert();
    } catch (error) {
      expect((error as ReckonError).violations.map((violation) => violation.field)).toEqual([field]);
    }
  });

  it("survive the wire", () => {
    const options = {
      model: "reckon-1",
      temperature: 0,
      topP: 0.5,
      topK: 40,
      seed: 7,
      stop: ["\n\n"],
      maxTokens: 100,
      logprobs: true,
      topLogprobs: 5,
      prefix: "So ",
    };
    expect(generateOptionsFromProto(generateOptionsToProto(options))).toEqual(options);
  });

  it("ask for one sample where none is named, and for 256 at most", () => {
    const request = (samples: number) => create(GenerateRequestSchema, { problem: { prompt: "1+1" }, samples });
    expect(generateRequestFromProto(request(0)).samples).toBe(1);
    expect(() => generateRequestFromProto(request(257))).toThrow(/257 is more than the limit of 256/);
  });
});

describe("news of a sample", () => {
  const news: GenerationEvent[] = [
    { type: "sample-started", sample: 2 },
    { type: "token-delta", sample: 2, text: "5", tokens: 1 },
    {
      type: "token-delta",
      sample: 2,
      text: "5",
      tokens: 1,
      logprobs: [-0.5],
      topLogprobs: [
        [
          { token: "5", logprob: -0.5 },
          { token: "6", logprob: -1 },
        ],
      ],
    },
    {
      type: "sample-ended",
      sample: 2,
      reason: "length",
      usage: { promptTokens: 4, cachedPromptTokens: 0, outputTokens: 9 },
    },
    {
      type: "sample-ended",
      sample: 2,
      reason: "failed",
      usage: { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 1 },
      failure: "the worker died",
      retryable: true,
    },
  ];
  it.each(news)("survives the wire (%#)", (event) => {
    const message = create(GenerateResponseSchema, { news: generationEventToProto(event) });
    const back = fromBinary(GenerateResponseSchema, toBinary(GenerateResponseSchema, message));
    expect(generationEventFromProto(back as never)).toEqual(event);
  });
});

it("a model survives the wire", () => {
  const model: Model = {
    id: "reckon-1",
    backend: "embedded",
    capabilities: {
      logprobs: true,
      n: true,
      abort: true,
      continueFromPrefix: true,
      seed: true,
      processReward: true,
      policies: ["baseline"],
    },
    contextLength: 512,
    parameters: 2_400_000,
  };
  const back = fromBinary(ModelSchema, toBinary(ModelSchema, modelToProto(model, true)));
  expect(back.default).toBe(true);
  expect(modelFromProto(back)).toEqual(model);
});
