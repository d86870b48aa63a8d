import type { Problem } from "@reckon/core";
import type { EngineGenerateOptions } from "@reckon/engine";
import { z } from "zod";
import { ApiError } from "../http/api-error.ts";
import type { Dialect } from "./dialect.ts";

/** A chat completion that was asked for, understood. */
export interface ChatCall {
  readonly model: string;
  readonly problem: Problem;
  readonly n: number;
  readonly stream: boolean;
  /** Usage in a chunk of its own at the end of the stream. */
  readonly includeUsage: boolean;
  /** Usage so far in every chunk. */
  readonly continuousUsage: boolean;
  /** Lower goes first. */
  readonly priority: number;
  readonly options: EngineGenerateOptions;
}

const part = z.object({ type: z.literal("text"), text: z.string() });
const content = z.union([z.string(), z.array(part).transform((parts) => parts.map(({ text }) => text).join("\n"))]);
const message = z.object({
  role: z.enum(["system", "developer", "user", "assistant"]),
  content,
});

/** Fields with their ranges; those that the engine checks itself are only typed here. */
const request = z.object({
  model: z.string().nullish(),
  messages: z.array(message).min(1).max(1_000),
  n: z.number().int().min(1).max(128).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .object({ include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish() })
    .nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.number().int().nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  max_tokens: z.number().int().nullish(),
  max_completion_tokens: z.number().int().nullish(),
  min_tokens: z.number().int().min(0).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().nullish(),
  priority: z.number().int().nullish(),
  continue_final_message: z.boolean().nullish(),
  add_generation_prompt: z.boolean().nullish(),
});
type Request = z.output<typeof request>;

/** Fields of the API that this server has no answer to, with the values that ask for nothing. */
const refused: Readonly<Record<string, readonly unknown[]>> = {
  tools: [],
  tool_choice: ["none", "auto"],
  functions: [],
  function_call: ["none", "auto"],
  audio: [],
  logit_bias: [],
  frequency_penalty: [0],
  presence_penalty: [0],
  repetition_penalty: [1],
  min_p: [0],
  best_of: [1],
  prediction: [],
  web_search_options: [],
  guided_json: [],
  guided_regex: [],
  guided_grammar: [],
};

/** Understands the body of `POST /chat/completions`; throws a 400 that names the field. */
export function parseChatCall(body: unknown, dialect: Dialect): ChatCall {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new ApiError(400, "the body is not a JSON object");
  dialect.refuse(body as Record<string, unknown>);
  refuseUnsupported(body as Record<string, unknown>);
  const parsed = request.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = issue?.path.join(".") || "body";
    throw new ApiError(400, `${param}: ${issue?.message.toLowerCase() ?? "is wrong"}`, { param });
  }
  const call = parsed.data;
  const { problem, prefix } = conversation(call);
  const { logprobs, top_logprobs: topLogprobs, top_k: topK, seed } = call;
  const maxTokens = call.max_completion_tokens ?? call.max_tokens;
  const stop = typeof call.stop === "string" ? [call.stop] : call.stop;
  return {
    model: call.model ?? "",
    problem,
    n: call.n ?? 1,
    stream: call.stream ?? false,
    includeUsage: call.stream_options?.include_usage ?? false,
    continuousUsage: call.stream_options?.continuous_usage_stats ?? false,
    priority: call.priority ?? 0,
    options: {
      temperature: call.temperature ?? 1,
      topP: call.top_p ?? 1,
      // -1 is how vLLM says "all".
      topK: Math.max(0, topK ?? 0),
      ...(seed != null && { seed: Math.abs(seed) }),
      ...(stop != null && { stop }),
      ...(maxTokens != null && { maxTokens }),
      ...(call.min_tokens != null && { minTokens: call.min_tokens }),
      ...(logprobs != null && { logprobs }),
      ...(topLogprobs != null && { topLogprobs }),
      ...(prefix !== undefined && { prefix }),
    },
  };
}

/** The conversation, and the beginning of the answer where the last message is one that is to be gone on with. */
function conversation(call: Request): { problem: Problem; prefix: string | undefined } {
  const messages = call.messages.map(({ role, content: text }) => ({
    role: role === "developer" ? ("system" as const) : role,
    content: text,
  }));
  const goesOn = call.continue_final_message ?? false;
  if (goesOn && (call.add_generation_prompt ?? true)) {
    const why = "cannot set both `continue_final_message` and `add_generation_prompt` to true";
    throw new ApiError(400, why, { param: "continue_final_message" });
  }
  if (!messages.some(({ role }) => role === "user"))
    throw new ApiError(400, "messages: hold no message of the user", { param: "messages" });
  const last = messages.at(-1);
  if (!goesOn) return { problem: { messages, answerKind: undefined }, prefix: undefined };
  if (last?.role !== "assistant")
    throw new ApiError(400, "continue_final_message: the last message is not of the assistant", { param: "messages" });
  return { problem: { messages: messages.slice(0, -1), answerKind: undefined }, prefix: last.content };
}

function refuseUnsupported(body: Record<string, unknown>): void {
  const unsupported = (param: string) => {
    const message = `${param}: is not supported by the embedded model`;
    throw new ApiError(400, message, { param, code: "unsupported_parameter" });
  };
  for (const [param, harmless] of Object.entries(refused)) {
    const value = body[param];
    if (value == null || harmless.includes(value)) continue;
    if (typeof value === "object" && Object.keys(value).length === 0) continue;
    unsupported(param);
  }
  const format = body.response_format as { type?: unknown } | null | undefined;
  if (format != null && format.type !== "text") unsupported("response_format");
}
