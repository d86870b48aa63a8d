import type { BackendConfig } from "@reckon/config";
import {
  AsyncQueue,
  type GenerateOptions,
  type Generation,
  type GenerationEvent,
  type Problem,
  ReckonError,
  type SampleOverrides,
} from "@reckon/core";
import type { Slots } from "../slots.ts";
import type { Abilities } from "./abilities.ts";
import type { ChatClient } from "./chat-client.ts";
import { assertPossible } from "./chat-request.ts";
import type { LoadCounter } from "./load-counter.ts";
import { runSample } from "./run-sample.ts";

/** What the samples of one call share. */
export interface OpenAiGenerationOptions {
  readonly backend: string;
  readonly config: BackendConfig;
  readonly abilities: Abilities;
  readonly client: ChatClient;
  /** Removes the API key from a text. */
  readonly withoutKey: (text: string) => string;
  readonly slots: Slots;
  readonly load: LoadCounter;
  readonly model: string;
  readonly problem: Problem;
  readonly options: GenerateOptions;
  /** Ends what would outlive the backend. */
  readonly closing: AbortSignal;
  /** Called when tokens had to be estimated. */
  readonly onEstimate: () => void;
  /** Called when the call has ended. */
  readonly onEnd: () => void;
}

/** Opens a call whose samples are requests of their own, at most `max_parallel` of the backend's at once. */
export function openGeneration(shared: OpenAiGenerationOptions): Generation {
  const { backend, config, abilities, problem, options, load } = shared;
  /** What cancels a sample; gone once it has ended, as its connection may serve another by then. */
  const samples = new Map<number, AbortController | undefined>();
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
    for (const controller of samples.values()) controller?.abort();
    finish();
  };
  const queue = new AsyncQueue<GenerationEvent>(close);

  const run = async (sample: number, controller: AbortController, merged: GenerateOptions) => {
    const ended = await runSample({ shared, sample, options: merged, signal: controller.signal, queue });
    samples.set(sample, undefined);
    promptTokens = ended.promptTokens ?? promptTokens;
    const usage = ended.usage(promptTokens);
    load.ended(ended.ending.reason, usage);
    queue.push({ type: "sample-ended", sample, usage, ...ended.ending });
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
      assertPossible(backend, config, abilities, merged);
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

/** About four bytes a token, until the endpoint tells. */
function estimatePromptTokens(problem: Problem): number {
  const bytes = problem.messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), 0);
  return Math.ceil(bytes / 4);
}
