import type { ChoiceLogprobs } from "./choice-logprobs.ts";
import type { Dialect } from "./dialect.ts";
import type { ApiUsage } from "./usage.ts";

/** Makes the chunks of one stream. */
export interface ChatChunks {
  role(index: number, usage?: ApiUsage): object;
  delta(index: number, content: string, logprobs: ChoiceLogprobs | null, usage?: ApiUsage): object;
  /** The end of a choice; in Groq's dialect it holds the usage of the request. */
  finish(index: number, reason: string, usage?: ApiUsage): object;
  /** The usage of the request, in a chunk without choices. */
  usage(usage: ApiUsage): object;
}

/** What all chunks of a stream say. */
export interface ChunkHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly dialect: Dialect;
  /** Whether chunks carry log-probabilities, `null` where there are none. */
  readonly logprobs: boolean;
}

/** Creates the chunks of a stream. */
export function createChatChunks({ id, created, model, dialect, logprobs: asked }: ChunkHead): ChatChunks {
  const groq = dialect.name === "groq";
  const head = {
    id,
    object: "chat.completion.chunk",
    created,
    model,
    ...(groq && { system_fingerprint: "fp_reckon" }),
  };
  const choice = (index: number, delta: object, logprobs: ChoiceLogprobs | null, reason: string | null) => [
    { index, delta, ...((asked || groq) && { logprobs }), finish_reason: reason },
  ];
  const withUsage = (usage: ApiUsage | undefined) => (usage === undefined ? {} : { usage });
  return {
    role: (index, usage) => ({
      ...head,
      choices: choice(index, { role: "assistant", content: "" }, null, null),
      ...(groq && { x_groq: { id: `req_${id}` } }),
      ...withUsage(usage),
    }),
    delta: (index, content, logprobs, usage) => ({
      ...head,
      choices: choice(index, { content }, logprobs, null),
      ...withUsage(usage),
    }),
    finish: (index, reason, usage) => ({
      ...head,
      choices: choice(index, {}, null, reason),
      ...(groq ? { x_groq: { id: `req_${id}`, ...(usage && { usage: groqUsage(usage) }) } } : withUsage(usage)),
    }),
    usage: (usage) => ({ ...head, choices: [], usage }),
  };
}

/** Groq states times beside the counts; the embedded model has none to state but zero waiting. */
export function groqUsage(usage: ApiUsage): object {
  return { queue_time: 0, prompt_time: 0, completion_time: 0, total_time: 0, ...usage };
}
