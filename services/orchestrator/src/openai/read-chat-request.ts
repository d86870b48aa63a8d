import { create } from "@bufbuild/protobuf";
import { inferAnswerKind } from "@reckon/answers";
import { limits, type Strategy } from "@reckon/core";
import {
  type SolveOptions,
  type SolveRequest,
  SolveRequestSchema,
} from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { Priority, Strategy as WireStrategy } from "@reckon/proto/reckon/types/v1/plan";
import { AnswerKind, Role } from "@reckon/proto/reckon/types/v1/problem";
import { type ParamOf, unsupportedParam, wrongParam } from "./api-error.ts";
import { checkOtherParameters } from "./chat-parameters.ts";
import { isObject } from "./json.ts";
import { type NamedModel, readModelName } from "./model-names.ts";
import { readMessages } from "./read-messages.ts";
import { readNumber, readReckonOptions, readWhole, reckonParam } from "./read-reckon-options.ts";

/** A chat request, read: the solve that it asks for, and how the client wants to hear of it. */
export interface ChatRequest {
  readonly solve: SolveRequest;
  /** The model's name, as the client said it. */
  readonly model: string;
  readonly stream: boolean;
  /** A last chunk with the usage, as `stream_options` asks for. */
  readonly includeUsage: boolean;
  readonly thoughts: boolean;
  readonly events: boolean;
  /** Whom the client asks for, in its own words (`user`, `safety_identifier`); goes to the log, and to no model. */
  readonly endUser: string | undefined;
  /** The answer is cut before the first of these. */
  readonly stop: readonly string[];
  /** Names, for error messages, what the client said by its own names. */
  readonly paramOf: ParamOf;
}

type WireOptions = Partial<Omit<SolveOptions, "$typeName" | "$unknown">>;

const strategies: Readonly<Record<Strategy, WireStrategy>> = {
  fast: WireStrategy.FAST,
  balanced: WireStrategy.BALANCED,
  comprehensive: WireStrategy.COMPREHENSIVE,
  adaptive: WireStrategy.ADAPTIVE,
};
const efforts: Readonly<Record<string, Strategy>> = { low: "fast", medium: "balanced", high: "comprehensive" };
const tiers: Readonly<Record<string, Priority>> = {
  auto: Priority.UNSPECIFIED,
  default: Priority.UNSPECIFIED,
  flex: Priority.LOW,
  priority: Priority.HIGH,
};
const maxStops = 4;
const direct = new Set(["temperature", "top_p", "seed", "model"]);
/** A chat answer in free text may be long; the limit of a solve's steps. */
const freeTextSteps = 64;

/**
 * Reads the body of a chat request. Everything that it says is honoured or refused by name. Throws `invalid-argument`,
 * `unimplemented` for what is not supported, and `not-found` for model names; what a solve checks itself (ranges, sizes,
 * which models there are) is left to it. A request with an idempotency key joins the running solve that has it.
 */
export function readChatRequest(body: unknown, idempotencyKey = ""): ChatRequest {
  if (!isObject(body)) throw wrongParam("body", "is no JSON object");
  const { model, messages, stream, stream_options: streamOptions, stop, seed, temperature, top_p: topP } = body;
  const { max_tokens: maxTokens, max_completion_tokens: maxCompletionTokens, reasoning_effort: effort } = body;
  const { service_tier: tier } = body;
  const {
    include_reasoning: includeReasoning,
    reckon: own,
    user,
    safety_identifier: safetyIdentifier,
    ...others
  } = known(body);
  checkOtherParameters(others);
  if (typeof model !== "string") throw wrongParam("model", "is missing; reckon-adaptive is a good one");
  const named = readModelName(model);
  const reckon = readReckonOptions(own);
  const read = readMessages(messages);
  const { answerKind = AnswerKind.UNSPECIFIED } = reckon;
  const options: WireOptions = {
    ...(isFreeText(read, answerKind) && freeTextOptions(reckon.options)),
    ...priorityOf(tier, reckon.options.priority),
    ...reckon.options,
    strategy: strategyOf(named, effort),
    model: named.model ?? "",
    ...(isSaid(temperature) && { temperature: readNumber("temperature", temperature) }),
    ...(isSaid(topP) && { topP: readNumber("top_p", topP) }),
    ...(isSaid(seed) && { seed: BigInt(readWhole("seed", seed)) }),
    ...maxOutputTokens(maxTokens, maxCompletionTokens),
  };
  const thoughts = reckon.thoughts && readFlag("include_reasoning", includeReasoning, true);
  return {
    solve: create(SolveRequestSchema, {
      idempotencyKey,
      problem: { messages: read, answerKind },
      options: { ...options, omitThoughts: false },
    }),
    model,
    stream: readFlag("stream", stream, false),
    includeUsage: readStreamOptions(streamOptions, stream),
    thoughts,
    events: reckon.events,
    endUser: readEndUser("safety_identifier", safetyIdentifier) ?? readEndUser("user", user),
    stop: readStop(stop),
    paramOf: createParamOf(isSaid(maxCompletionTokens) ? "max_completion_tokens" : "max_tokens"),
  };
}

const readHere = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "stop",
  "seed",
  "temperature",
  "top_p",
  "max_tokens",
  "max_completion_tokens",
  "reasoning_effort",
  "service_tier",
]);

/** The body without what is read field by field. */
function known(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !readHere.has(name)));
}

/** JSON clients send `null` for what they leave open. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function readFlag(param: string, value: unknown, otherwise: boolean): boolean {
  if (!isSaid(value)) return otherwise;
  if (typeof value !== "boolean") throw wrongParam(param, `is ${JSON.stringify(value)}; true and false are allowed`);
  return value;
}

function readEndUser(param: string, value: unknown): string | undefined {
  if (!isSaid(value)) return undefined;
  if (typeof value !== "string" || value.length > limits.idBytes) {
    throw wrongParam(param, `is no text of at most ${limits.idBytes} characters`);
  }
  return value;
}

function strategyOf({ strategy }: NamedModel, effort: unknown): WireStrategy {
  if (!isSaid(effort)) return strategy === undefined ? WireStrategy.UNSPECIFIED : strategies[strategy];
  const wanted = typeof effort === "string" ? efforts[effort] : undefined;
  const names = Object.keys(efforts).join(", ");
  if (wanted === undefined) {
    throw unsupportedParam("reasoning_effort", `is ${JSON.stringify(effort)}; ${names} are supported`);
  }
  if (strategy !== undefined && strategy !== wanted) {
    const description = `is ${JSON.stringify(effort)}, which means ${wanted}, but the model's name says ${strategy}; call the model reckon`;
    throw wrongParam("reasoning_effort", description);
  }
  return strategies[wanted];
}

/** Who waits, and who is refused first, when there is more to do than can be done. */
function priorityOf(tier: unknown, priority: Priority | undefined): WireOptions {
  if (!isSaid(tier)) return {};
  const meant = typeof tier === "string" ? tiers[tier] : undefined;
  if (meant === undefined) {
    const names = Object.keys(tiers).join(", ");
    throw unsupportedParam("service_tier", `is ${JSON.stringify(tier)}; ${names} are supported`);
  }
  if (meant !== Priority.UNSPECIFIED && priority !== undefined && priority !== meant) {
    throw wrongParam("service_tier", `is ${JSON.stringify(tier)}, but reckon.priority says otherwise; say one of them`);
  }
  return { priority: meant };
}

/** Whatever a request generates counts: thoughts, and samples that were cancelled. OpenAI counts reasoning likewise. */
function maxOutputTokens(maxTokens: unknown, maxCompletionTokens: unknown): WireOptions {
  const older = isSaid(maxTokens) ? readWhole("max_tokens", maxTokens) : undefined;
  const newer = isSaid(maxCompletionTokens) ? readWhole("max_completion_tokens", maxCompletionTokens) : undefined;
  if (older !== undefined && newer !== undefined && older !== newer) {
    throw wrongParam("max_tokens", `is ${older}, but max_completion_tokens is ${newer}; say one of them`);
  }
  const limit = newer ?? older;
  return limit === undefined ? {} : { maxOutputTokens: BigInt(limit) };
}

function readStop(stop: unknown): readonly string[] {
  if (!isSaid(stop)) return [];
  const texts: readonly unknown[] = Array.isArray(stop) ? stop : [stop];
  if (texts.length > maxStops) throw wrongParam("stop", `has ${texts.length} texts; at most ${maxStops} are allowed`);
  return texts.map((text) => {
    if (typeof text !== "string" || text === "") throw wrongParam("stop", "is neither a text nor an array of texts");
    return text;
  });
}

function readStreamOptions(options: unknown, stream: unknown): boolean {
  if (!isSaid(options)) return false;
  if (!isObject(options)) throw wrongParam("stream_options", "is no object");
  if (stream !== true) throw wrongParam("stream_options", "goes only with stream: true");
  const { include_usage: includeUsage, ...others } = options;
  for (const [name, value] of Object.entries(others)) {
    // Padding against traffic analysis; without it, nothing is to be done.
    if (name === "include_obfuscation" && value === false) continue;
    throw unsupportedParam(`stream_options.${name}`, "is not supported");
  }
  return readFlag("stream_options.include_usage", includeUsage, false);
}

type Messages = ReturnType<typeof readMessages>;

function isFreeText(messages: Messages, answerKind: AnswerKind): boolean {
  if (answerKind !== AnswerKind.UNSPECIFIED) return answerKind === AnswerKind.TEXT;
  const question = messages.findLast((message) => message.role === Role.USER)?.content ?? "";
  return inferAnswerKind(question) === "text";
}

/**
 * Free text cannot be voted on: unless the client says how to search, one sample is drawn, and its text, as long as it is, is
 * the answer.
 */
function freeTextOptions({ samples, method, verificationRounds }: WireOptions): WireOptions {
  if (samples !== undefined || method !== undefined || verificationRounds !== undefined) return {};
  return { samples: 1, verificationRounds: 0, maxSteps: freeTextSteps };
}

function createParamOf(tokenLimit: string): ParamOf {
  return (field) => {
    if (field === "problem.answer_kind") return "reckon.answer_kind";
    if (field.startsWith("problem.")) return field.slice("problem.".length);
    if (field === "idempotency_key") return "idempotency-key";
    if (!field.startsWith("options.")) return field;
    const name = field.slice("options.".length);
    if (name === "max_output_tokens") return tokenLimit;
    return direct.has(name) ? name : reckonParam(name);
  };
}
