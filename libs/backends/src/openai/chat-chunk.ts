import { ReckonError, type TopLogprob } from "@reckon/core";

/** What one event of a chat completion stream brought; absent fields were not in it. */
export interface ChatChunk {
  readonly reasoning: string;
  readonly content: string;
  readonly logprobs?: readonly number[];
  readonly topLogprobs?: readonly (readonly TopLogprob[])[];
  /** The text of each token, with the log-probabilities. */
  readonly tokenTexts?: readonly string[];
  /** Tokens of this event, where its log-probabilities tell. */
  readonly tokens?: number;
  readonly finishReason?: string;
  readonly usage?: ChatUsage;
}

/** Token counts as the endpoint states them. */
export interface ChatUsage {
  readonly promptTokens?: number;
  readonly cachedPromptTokens?: number;
  readonly outputTokens?: number;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const countOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * Reads one event of a stream, parsed by an SDK; what has the wrong type is as if it were not there. One that is not a JSON
 * object throws `data-loss`, retryable.
 */
export function readChatChunk(json: unknown): ChatChunk {
  if (!isObject(json)) {
    throw new ReckonError("data-loss", "the stream holds an event that is not a json object", { retryable: true });
  }
  const choice = Array.isArray(json.choices) && isObject(json.choices[0]) ? json.choices[0] : {};
  const delta = isObject(choice.delta) ? choice.delta : {};
  const usage = isObject(json.usage) ? readUsage(json.usage) : groqUsageOf(json);
  return {
    // vLLM and DeepSeek say `reasoning_content`, newer vLLM, Groq and OpenRouter `reasoning`.
    reasoning: textOf(delta.reasoning_content) || textOf(delta.reasoning),
    content: textOf(delta.content) || textOf(delta.refusal),
    ...logprobsOf(choice.logprobs),
    ...(typeof choice.finish_reason === "string" ? { finishReason: choice.finish_reason } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** Reads token counts; those that are no counts are left out. */
export function readUsage(usage: unknown): ChatUsage {
  if (!isObject(usage)) return {};
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  return {
    promptTokens: countOf(usage.prompt_tokens),
    cachedPromptTokens: countOf(details.cached_tokens),
    outputTokens: countOf(usage.completion_tokens),
  };
}

/** Groq keeps the usage of streams in a place of its own. */
function groqUsageOf(json: Json): ChatUsage | undefined {
  return isObject(json.x_groq) && isObject(json.x_groq.usage) ? readUsage(json.x_groq.usage) : undefined;
}

function logprobsOf(logprobs: unknown): Pick<ChatChunk, "logprobs" | "topLogprobs" | "tokenTexts" | "tokens"> {
  if (!isObject(logprobs) || !Array.isArray(logprobs.content)) return {};
  const tokens = logprobs.content.filter(isObject);
  const values = tokens.map((token) => token.logprob);
  // One that is no number would poison every mean over the sample: then there are none for this event.
  if (!values.every((value) => typeof value === "number" && Number.isFinite(value))) return { tokens: tokens.length };
  const top = tokens.map((token) =>
    Array.isArray(token.top_logprobs) ? token.top_logprobs.flatMap(topLogprobOf) : [],
  );
  return {
    tokens: tokens.length,
    logprobs: (values as number[]).map((value) => Math.min(0, value)),
    ...(tokens.every((token) => typeof token.token === "string")
      ? { tokenTexts: tokens.map((token) => token.token as string) }
      : {}),
    ...(top.some((place) => place.length > 0) ? { topLogprobs: top } : {}),
  };
}

function topLogprobOf(top: unknown): TopLogprob[] {
  if (!isObject(top) || typeof top.logprob !== "number" || !Number.isFinite(top.logprob)) return [];
  return [{ token: textOf(top.token), logprob: Math.min(0, top.logprob) }];
}
