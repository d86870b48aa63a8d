import { create } from "@bufbuild/protobuf";
import {
  type BackendLoad,
  type GenerateOptions,
  type GenerationEvent,
  limits,
  type Model,
  type Problem,
  ReckonError,
  type SampleOverrides,
} from "@reckon/core";
import * as wire from "@reckon/proto/reckon/model/v1/model";
import { type Border, convertStrictly } from "./border.ts";
import { readProblem } from "./problem.ts";
import {
  modelFactsFromProto,
  modelFactsToProto,
  readRouting,
  replicaFromProto,
  replicaToProto,
  routeFromProto,
  routeToProto,
  routingToProto,
} from "./routing.ts";
import { sampleEnds, sampleUsageFromProto, sampleUsageToProto } from "./sample.ts";

const probability = { min: 0, max: 1 };
/** Indices of samples that a call may use. */
export const sampleIndices = { min: 0, max: 65_535 };

/** Samples of one problem to generate. */
export interface GenerateRequest {
  readonly problem: Problem;
  readonly samples: number;
  readonly options: GenerateOptions;
}

/** A generation from a request; throws `invalid-argument` with all that is wrong. */
export function generateRequestFromProto(request: wire.GenerateRequest): GenerateRequest {
  return convertStrictly((border) => ({
    problem: readProblem(border, "problem", request.problem),
    samples: request.samples === 0 ? 1 : border.number("samples", request.samples, limits.samples),
    options: readGenerateOptions(border, "options", request.options),
  }));
}

/** The opening of a window; throws `invalid-argument` with all that is wrong. */
export function openWindowFromProto(open: wire.OpenWindow): Omit<GenerateRequest, "samples"> {
  return convertStrictly((border) => ({
    problem: readProblem(border, "open.problem", open.problem),
    options: readGenerateOptions(border, "open.options", open.options),
  }));
}

/** How to sample, from a request; throws `invalid-argument` with all that is wrong. */
export function generateOptionsFromProto(options: wire.GenerateOptions | undefined, path = "options"): GenerateOptions {
  return convertStrictly((border) => readGenerateOptions(border, path, options));
}

function readGenerateOptions(border: Border, path: string, options: wire.GenerateOptions | undefined): GenerateOptions {
  if (options === undefined) return {};
  const { model, temperature, topP, topK, seed, stop, maxTokens, logprobs, topLogprobs, prefix } = options;
  const name = (field: string) => `${path}.${field}`;
  const stops = border.list(name("stop"), stop, { min: 0, max: limits.stopTexts }, "texts");
  if (topLogprobs > 0 && !logprobs) border.reject(name("top_logprobs"), `${topLogprobs} needs logprobs to be true`);
  return {
    model: model === "" ? undefined : border.text(name("model"), model, limits.idBytes),
    temperature:
      temperature === undefined ? undefined : border.number(name("temperature"), temperature, limits.temperature),
    topP: topP === undefined ? undefined : border.numberAbove(name("top_p"), topP, probability),
    topK: border.number(name("top_k"), topK, limits.topK),
    seed: seed === undefined ? undefined : border.integer(name("seed"), seed, limits.seed),
    stop: stops.map((text, index) => border.text(name(`stop[${index}]`), text, limits.stopTextBytes, 1)),
    maxTokens: maxTokens === undefined ? undefined : border.number(name("max_tokens"), maxTokens, limits.sampleTokens),
    logprobs,
    topLogprobs: border.number(name("top_logprobs"), topLogprobs, limits.topLogprobs),
    prefix: prefix === "" ? undefined : border.text(name("prefix"), prefix, limits.prefixBytes),
    routing: readRouting(border, name("routing"), options.routing),
  };
}

/** How to sample, for the wire. */
export function generateOptionsToProto(options: GenerateOptions): wire.GenerateOptions {
  return create(wire.GenerateOptionsSchema, {
    model: options.model ?? "",
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK ?? 0,
    seed: options.seed === undefined ? undefined : BigInt(options.seed),
    stop: [...(options.stop ?? [])],
    maxTokens: options.maxTokens,
    logprobs: options.logprobs ?? false,
    topLogprobs: options.topLogprobs ?? 0,
    prefix: options.prefix ?? "",
    routing: routingToProto(options.routing),
  });
}

/** A sample to start: its index and what differs for it; throws `invalid-argument` with all that is wrong. */
export function startSampleFromProto(start: wire.StartSample): { sample: number; overrides: SampleOverrides } {
  return convertStrictly((border) => {
    const { temperature, prefix, maxTokens } = start;
    // Only what is overridden is there: whoever spreads it over the options must not unset the rest.
    return {
      sample: border.number("start.sample", start.sample, sampleIndices),
      overrides: {
        ...(temperature !== undefined && {
          temperature: border.number("start.temperature", temperature, limits.temperature),
        }),
        ...(prefix !== undefined && { prefix: border.text("start.prefix", prefix, limits.prefixBytes) }),
        ...(maxTokens !== undefined && {
          maxTokens: border.number("start.max_tokens", maxTokens, limits.sampleTokens),
        }),
      },
    };
  });
}

type News = NonNullable<Parameters<typeof create<typeof wire.GenerateResponseSchema>>[1]>["news"];

/** News of a sample for the wire: the `news` of a GenerateResponse or a GenerateWindowResponse. */
export function generationEventToProto(event: GenerationEvent): News {
  switch (event.type) {
    case "sample-started":
      return { case: "started", value: { sample: event.sample } };
    case "token-delta":
      return {
        case: "delta",
        value: {
          sample: event.sample,
          text: event.text,
          tokens: event.tokens,
          logprobs: event.logprobs === undefined ? undefined : [...event.logprobs],
          topLogprobs: event.topLogprobs?.map((top) => ({ top: top.map((entry) => ({ ...entry })) })),
        },
      };
    case "sample-ended":
      return {
        case: "ended",
        value: {
          sample: event.sample,
          reason: sampleEnds.toProto(event.reason),
          usage: sampleUsageToProto(event.usage),
          failure: event.failure,
          retryable: event.retryable,
          retryAfterMs: event.retryAfterMs === undefined ? undefined : Math.ceil(event.retryAfterMs),
          route: event.route === undefined ? undefined : routeToProto(event.route),
        },
      };
  }
}

/** News of a sample from a response; throws `data-loss` where this version does not know it. */
export function generationEventFromProto({ news }: Pick<wire.GenerateWindowResponse, "news">): GenerationEvent {
  const { value } = news;
  switch (news.case) {
    case "started":
      return { type: "sample-started", sample: news.value.sample };
    case "delta": {
      const { sample, text, tokens, logprobs, topLogprobs } = news.value;
      const delta = { type: "token-delta", sample, text, tokens } as const;
      if (logprobs.length === 0) return delta;
      const top = topLogprobs.map((place) => place.top.map(({ token, logprob }) => ({ token, logprob })));
      return { ...delta, logprobs, topLogprobs: top.length === 0 ? undefined : top };
    }
    case "ended": {
      const { sample, failure, retryable, retryAfterMs, route } = news.value;
      const reason = sampleEnds.fromResponse(news.value.reason);
      const usage = sampleUsageFromProto(news.value.usage);
      const ended = { type: "sample-ended", sample, reason, usage } as const;
      const routed = route === undefined ? ended : { ...ended, route: routeFromProto(route) };
      if (reason !== "failed") return routed;
      return { ...routed, failure, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    }
    default:
      throw new ReckonError("data-loss", `the peer sent news that this version does not know: ${String(value)}`);
  }
}

/** A model for the wire; `isDefault` for the one that is used where a request names none. */
export function modelToProto(model: Model, isDefault: boolean): wire.Model {
  return create(wire.ModelSchema, {
    id: model.id,
    backend: model.backend,
    capabilities: { ...model.capabilities, policies: [...model.capabilities.policies] },
    contextLength: model.contextLength,
    parameters: BigInt(model.parameters ?? 0),
    default: isDefault,
    ...modelFactsToProto(model),
  });
}

/** A model from a response; one without capabilities can do nothing special. */
export function modelFromProto(model: wire.Model): Model {
  const can = model.capabilities;
  return {
    id: model.id,
    backend: model.backend,
    capabilities: {
      logprobs: can?.logprobs ?? false,
      n: can?.n ?? false,
      abort: can?.abort ?? false,
      continueFromPrefix: can?.continueFromPrefix ?? false,
      seed: can?.seed ?? false,
      processReward: can?.processReward ?? false,
      policies: can?.policies ?? ["baseline"],
    },
    contextLength: model.contextLength,
    parameters: Number(model.parameters) || undefined,
    ...modelFactsFromProto(model),
  };
}

/** A backend's load for the wire. */
export function loadToProto(load: BackendLoad): wire.GetLoadResponse {
  return create(wire.GetLoadResponseSchema, {
    liveSamples: load.liveSamples,
    queuedSamples: load.queuedSamples,
    outputTokens: BigInt(load.outputTokens),
    cancelledTokens: BigInt(load.cancelledTokens),
    prefilledTokens: BigInt(load.prefilledTokens),
    replicas: load.replicas?.map(replicaToProto),
  });
}

/** A backend's load from a response. */
export function loadFromProto(load: wire.GetLoadResponse): BackendLoad {
  return {
    liveSamples: load.liveSamples,
    queuedSamples: load.queuedSamples,
    outputTokens: Number(load.outputTokens),
    cancelledTokens: Number(load.cancelledTokens),
    prefilledTokens: Number(load.prefilledTokens),
    ...(load.replicas.length > 0 && { replicas: load.replicas.map(replicaFromProto) }),
  };
}
