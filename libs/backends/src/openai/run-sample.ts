import { randomUUID } from "node:crypto";
import {
  type AsyncQueue,
  type GenerateOptions,
  type GenerationEvent,
  ReckonError,
  type SampleEnd,
  type SampleUsage,
} from "@reckon/core";
import { chatRequest } from "./chat-request.ts";
import { createLeadTrim, sentPrefix } from "./continued-prefix.ts";
import type { OpenAiGenerationOptions } from "./openai-generation.ts";
import { settleUsage } from "./settle-usage.ts";
import { streamChat } from "./stream-chat.ts";
import { createTokenCount, type TokenCount } from "./token-count.ts";

/** What one sample needs. */
export interface RunSampleOptions {
  /** What it has in common with the other samples of its call. */
  readonly shared: OpenAiGenerationOptions;
  readonly sample: number;
  readonly options: GenerateOptions;
  /** Cancels it. */
  readonly signal: AbortSignal;
  readonly queue: AsyncQueue<GenerationEvent>;
}

/** How a sample went. */
export interface EndedSample {
  readonly ending: Ending;
  /** As the endpoint has stated; `undefined` where it has not. */
  readonly promptTokens: number | undefined;
  /** Its tokens, given the prompt's where the endpoint did not state them. */
  usage(promptTokens: number): SampleUsage;
}

type Ending = Pick<
  Extract<GenerationEvent, { type: "sample-ended" }>,
  "reason" | "failure" | "retryable" | "failureCode" | "retryAfterMs"
>;

/** How far a request has got: one that was not sent, or was refused, has cost nothing. */
type Progress = { sent: boolean; refused: boolean; answered: boolean };

const noUsage: SampleUsage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };

/**
 * Runs one sample to its end, whatever that is; never rejects. Where its tokens are not known to the token in the end (it was
 * cancelled, lost, or its counts contradict each other), the endpoint is asked for them if it keeps them.
 */
export async function runSample(run: RunSampleOptions): Promise<EndedSample> {
  const { abilities, client, load, onEstimate, closing } = run.shared;
  const requestId = abilities.settleUsage ? randomUUID() : undefined;
  const count = createTokenCount(run.options.maxTokens);
  const progress: Progress = { sent: false, refused: false, answered: false };
  const ending = await streamSample(run, requestId, count, progress);
  const whole = ending.reason === "stop" || ending.reason === "length";
  const isCounted = !count.estimated && !count.contradicted && count.promptTokens !== undefined;
  let isFree = !progress.sent || progress.refused;
  if (!isFree && !(whole && isCounted && !count.doubtful)) {
    const settled = requestId === undefined ? undefined : await settleUsage(client, requestId, closing);
    if (typeof settled === "object") load.generated(count.settle(settled));
    else if (settled === "never-arrived" && !progress.answered) isFree = true;
    else if (!isCounted) onEstimate();
  }
  const usage = (promptTokens: number) => (isFree ? noUsage : count.usage(promptTokens));
  return { ending, promptTokens: count.promptTokens, usage };
}

async function streamSample(
  run: RunSampleOptions,
  requestId: string | undefined,
  count: TokenCount,
  progress: Progress,
): Promise<Ending> {
  const { shared, sample, options, signal, queue } = run;
  const { backend, config, abilities, client, model, problem, load } = shared;
  let release: (() => void) | undefined;
  try {
    release = await shared.slots.acquire(signal);
    queue.push({ type: "sample-started", sample });
    progress.sent = true;
    const stream = streamChat({
      backend,
      client,
      body: chatRequest(config, abilities, model, problem, options, sample),
      requestId,
      signal,
      firstTokenTimeoutMs: config.first_token_timeout * 1000,
      idleTimeoutMs: config.idle_timeout * 1000,
      onRefused: () => {
        progress.refused = true;
      },
    });
    let finishReason: string | undefined;
    let openThought = false;
    const trimLead = createLeadTrim(sentPrefix(options.prefix ?? "", options.stop, abilities).cut);
    for await (const chunk of stream) {
      progress.answered = true;
      finishReason = chunk.finishReason ?? finishReason;
      const tokens = count.add(chunk);
      load.generated(tokens);
      // The answer begins on a line of its own, as a step ends with its line.
      const said: string = chunk.reasoning + (openThought && chunk.content !== "" ? "\n" : "") + chunk.content;
      const text = trimLead(said);
      if (text !== "") openThought = chunk.content === "" && !text.endsWith("\n");
      if (text === "" && tokens === 0) continue;
      const { logprobs, topLogprobs, tokenTexts } = options.logprobs ? chunk : {};
      queue.push({ type: "token-delta", sample, text, tokens, logprobs, topLogprobs, tokenTexts });
    }
    return signal.aborted ? { reason: "cancelled" } : endingOf(backend, finishReason);
  } catch (thrown) {
    if (signal.aborted) return { reason: "cancelled" };
    const { message, retryable, code, retryAfterMs } = ReckonError.from(thrown);
    return { reason: "failed", failure: shared.withoutKey(message), retryable, failureCode: code, retryAfterMs };
  } finally {
    release?.();
  }
}

/** How a sample ended, by the finish reason of its stream. */
function endingOf(backend: string, finishReason: string | undefined): Ending {
  if (finishReason === "stop" || finishReason === "length") return { reason: finishReason satisfies SampleEnd };
  const failure = `backend ${backend} ended the sample for the reason ${JSON.stringify(finishReason)}`;
  const retryable = finishReason === "abort" || finishReason === "error";
  return { reason: "failed", failure, retryable, failureCode: retryable ? "unavailable" : "failed-precondition" };
}
