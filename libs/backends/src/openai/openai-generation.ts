import type { BackendConfig } from "@reckon/config";
import {
  AsyncQueue,
  type GenerateOptions,
  type Generation,
  type GenerationEvent,
  type Problem,
  ReckonError,
  type SampleEnd,
  type SampleOverrides,
} from "@reckon/core";
import type { Slots } from "../slots.ts";
import { assertPossible, chatRequest } from "./chat-request.ts";
import type { Endpoint } from "./endpoint.ts";
import type { LoadCounter } from "./load-counter.ts";
import { streamChat } from "./stream-chat.ts";
import { createTokenCount, type TokenCount } from "./token-count.ts";

/** What the samples of one call share. */
export interface OpenAiGenerationOptions {
  readonly backend: string;
  readonly config: BackendConfig;
  readonly endpoint: Endpoint;
  readonly slots: Slots;
  readonly load: LoadCounter;
  readonly model: string;
  readonly problem: Problem;
  readonly options: GenerateOptions;
  /** Called when tokens had to be estimated. */
  readonly onEstimate: () => void;
  /** Called when the call has ended. */
  readonly onEnd: () => void;
}

type Ending = { reason: SampleEnd; failure?: string; retryable?: boolean };

/** Opens a call whose samples are requests of their own, at most `max_parallel` of the backend's at once. */
export function openGeneration(shared: OpenAiGenerationOptions): Generation {
  const { backend, config, problem, options, load } = shared;
  const samples = new Map<number, AbortController>();
  let live = 0;
  let isFinished = false;
  // The same for all samples, so what one learns about it holds for those that are cancelled before they can.
  let promptTokens = estimatePromptTokens(problem);

  const endIfDone = () => {
    if (!isFinished || live > 0) return;
    queue.end();
    shared.onEnd();
  };
  const finish = () => {
    isFinished = true;
    endIfDone();
  };
  const close = () => {
    for (const controller of samples.values()) controller.abort();
    finish();
  };
  const queue = new AsyncQueue<GenerationEvent>(close);

  const run = async (sample: number, controller: AbortController, merged: GenerateOptions) => {
    const count = createTokenCount();
    const ending = await streamSample(shared, sample, controller.signal, merged, count, queue);
    promptTokens = count.promptTokens ?? promptTokens;
    if (count.estimated || count.promptTokens === undefined) shared.onEstimate();
    const usage = count.usage(promptTokens);
    load.ended(ending.reason, usage);
    queue.push({ type: "sample-ended", sample, usage, ...ending });
    live -= 1;
    endIfDone();
  };

  return {
    events: queue,
    start: (sample: number, overrides: SampleOverrides = {}) => {
      if (isFinished)
        throw new ReckonError("failed-precondition", `sample ${sample} cannot start: the call was finished`);
      if (samples.has(sample))
        throw new ReckonError("invalid-argument", `sample ${sample} was started before in this call`);
      const merged = { ...options, ...overrides };
      assertPossible(backend, config, merged);
      const controller = new AbortController();
      samples.set(sample, controller);
      live += 1;
      load.started();
      void run(sample, controller, merged);
    },
    cancel: (sample) => samples.get(sample)?.abort(),
    finish,
    close,
  };
}

/** Runs one sample to its end, whatever that is; never rejects. */
async function streamSample(
  shared: OpenAiGenerationOptions,
  sample: number,
  signal: AbortSignal,
  options: GenerateOptions,
  count: TokenCount,
  queue: AsyncQueue<GenerationEvent>,
): Promise<Ending> {
  const { backend, config, endpoint, model, problem, load } = shared;
  let release: (() => void) | undefined;
  try {
    release = await shared.slots.acquire(signal);
    queue.push({ type: "sample-started", sample });
    const stream = streamChat({
      backend,
      endpoint,
      body: chatRequest(config, model, problem, options, sample),
      signal,
      firstTokenTimeoutMs: config.first_token_timeout * 1000,
      idleTimeoutMs: config.idle_timeout * 1000,
    });
    let finishReason: string | undefined;
    let openThought = false;
    for await (const chunk of stream) {
      finishReason = chunk.finishReason ?? finishReason;
      const tokens = count.add(chunk);
      load.generated(tokens);
      // The answer begins on a line of its own, as a step ends with its line.
      const text: string = chunk.reasoning + (openThought && chunk.content !== "" ? "\n" : "") + chunk.content;
      if (text !== "") openThought = chunk.content === "" && !text.endsWith("\n");
      if (text === "" && tokens === 0) continue;
      const { logprobs, topLogprobs } = options.logprobs ? chunk : {};
      queue.push({ type: "token-delta", sample, text, tokens, logprobs, topLogprobs });
    }
    return signal.aborted ? { reason: "cancelled" } : endingOf(backend, finishReason);
  } catch (error) {
    if (signal.aborted) return { reason: "cancelled" };
    const { message, retryable } = ReckonError.from(error);
    return { reason: "failed", failure: endpoint.withoutKey(message), retryable };
  } finally {
    release?.();
  }
}

/** How a sample ended, by the finish reason of its stream. */
function endingOf(backend: string, finishReason: string | undefined): Ending {
  if (finishReason === "stop" || finishReason === "length") return { reason: finishReason };
  const failure = `backend ${backend} ended the sample for the reason ${JSON.stringify(finishReason)}`;
  return { reason: "failed", failure, retryable: finishReason === "abort" || finishReason === "error" };
}

/** About four bytes a token, until the endpoint tells. */
function estimatePromptTokens(problem: Problem): number {
  const bytes = problem.messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), 0);
  return Math.ceil(bytes / 4);
}
