import { randomInt } from "node:crypto";
import {
  type BackendLoad,
  type GenerateOptions,
  type Generation,
  type GenerationEvent,
  ReckonError,
  type TopLogprob,
} from "@reckon/core";
import { assertGenerateOptions, assertSampleOverrides } from "../generate-settings.ts";
import { type PromptFormat, promptTokens, withPrefix } from "../prompt-tokens.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { startWorker, type WorkerHost } from "../worker-host.ts";
import { createGeneration } from "./generation.ts";
import { type DecodeCommand, type DecodeWorkerData, endReasons, type StepMessage } from "./protocol.ts";
import { deriveSeed } from "./random.ts";

/** The main thread's side of decoding. */
export interface DecodeClient {
  open(prompt: string, options: GenerateOptions): Generation;
  load(): BackendLoad;
  close(): Promise<void>;
  /** For tests. */
  crash(): Promise<void>;
}

export interface DecodeClientOptions {
  readonly tokenizer: Tokenizer;
  readonly format: PromptFormat;
  readonly worker: DecodeWorkerData;
}

interface Entry {
  readonly sample: number;
  readonly sink: (event: GenerationEvent) => void;
  readonly logprobs: boolean;
  readonly topLogprobs: number;
  queued: boolean;
  outputTokens: number;
}

/** Starts the decoding worker. Counters are kept here, from the same messages that callers see: they always agree. */
export async function createDecodeClient(options: DecodeClientOptions): Promise<DecodeClient> {
  const { tokenizer, format } = options;
  const tokenTexts = options.worker.tokenBytes.map((bytes) => Buffer.from(bytes).toString("utf8"));
  const entries = new Map<number, Entry>();
  const counters = { queued: 0, outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 };
  let nextKey = 0;
  let nextCall = 0;

  const finish = (key: number, entry: Entry): void => {
    entries.delete(key);
    if (entry.queued) counters.queued -= 1;
    if (entries.size === 0) host.hold(false);
  };

  const deliver = (message: StepMessage): void => {
    counters.prefilledTokens += message.prefilled;
    for (const key of message.started) {
      const entry = entries.get(key);
      if (entry === undefined) continue;
      if (entry.queued) counters.queued -= 1;
      entry.queued = false;
      entry.sink({ type: "sample-started", sample: entry.sample });
    }
    let at = 0;
    let topAt = 0;
    for (let i = 0; i < message.keys.length; i++) {
      const entry = entries.get(message.keys[i] as number);
      if (entry === undefined) continue;
      const tokens = message.tokens[i] as number;
      entry.outputTokens += tokens;
      counters.outputTokens += tokens;
      const delta = { type: "token-delta" as const, sample: entry.sample, text: message.texts[i] as string, tokens };
      if (!entry.logprobs) {
        entry.sink(delta);
        continue;
      }
      const logprobs = Array.from(message.logprobs.subarray(at, at + tokens));
      at += tokens;
      if (entry.topLogprobs === 0) {
        entry.sink({ ...delta, logprobs });
        continue;
      }
      const start = topAt;
      topAt += tokens * entry.topLogprobs;
      const topLogprobs = logprobs.map((_, t) => topOf(message, start + t * entry.topLogprobs, entry.topLogprobs));
      entry.sink({ ...delta, logprobs, topLogprobs });
    }
    for (let i = 0; i < message.ended.length; i++) {
      const key = message.ended[i] as number;
      const entry = entries.get(key);
      if (entry === undefined) continue;
      finish(key, entry);
      const reason = endReasons[message.reasons[i] as number] as (typeof endReasons)[number];
      if (reason === "cancelled") counters.cancelledTokens += entry.outputTokens;
      const failure = message.failures.get(key);
      entry.sink({
        type: "sample-ended",
        sample: entry.sample,
        reason,
        usage: {
          promptTokens: message.promptTokens[i] as number,
          cachedPromptTokens: message.cachedTokens[i] as number,
          outputTokens: entry.outputTokens,
        },
        ...(failure === undefined ? {} : { failure, retryable: false }),
      });
    }
  };

  const topOf = (message: StepMessage, from: number, count: number): TopLogprob[] => {
    const top: TopLogprob[] = [];
    for (let i = from; i < from + count; i++) {
      const id = message.topIds[i] as number;
      if (id >= 0) top.push({ token: tokenTexts[id] ?? "", logprob: message.topValues[i] as number });
    }
    return top;
  };

  const failAll = (error: ReckonError): void => {
    for (const [key, entry] of [...entries]) {
      // Every end has a beginning, also of a sample that was still waiting.
      if (entry.queued) entry.sink({ type: "sample-started", sample: entry.sample });
      finish(key, entry);
      const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: entry.outputTokens };
      const { message: failure, retryable } = error;
      entry.sink({ type: "sample-ended", sample: entry.sample, reason: "failed", usage, failure, retryable });
    }
  };

  const host: WorkerHost<DecodeCommand> = await startWorker<DecodeCommand, StepMessage>({
    entry: new URL("./decode-worker.ts", import.meta.url),
    data: options.worker,
    onMessage: deliver,
    onCrash: failAll,
  });

  return {
    open(prompt, generate) {
      assertGenerateOptions(generate);
      const base = promptTokens(prompt, tokenizer, format);
      const trunk = withPrefix(base, generate.prefix ?? "", tokenizer, format);
      const call = nextCall++;
      const seed = generate.seed ?? randomInt(2 ** 48 - 1);
      return createGeneration({
        start(sample, overrides, sink) {
          assertSampleOverrides(sample, overrides);
          const { prefix } = overrides;
          const tokens = prefix === undefined ? trunk : withPrefix(base, prefix, tokenizer, format);
          const settings = {
            temperature: overrides.temperature ?? generate.temperature ?? 1,
            topP: generate.topP ?? 1,
            topK: generate.topK ?? 0,
            seed: deriveSeed(seed, sample),
            stop: generate.stop ?? [],
            maxTokens: Math.min(generate.maxTokens ?? Number.POSITIVE_INFINITY, format.contextLength - tokens.length),
            logprobs: generate.logprobs ?? false,
            topLogprobs: generate.topLogprobs ?? 0,
          };
          const key = nextKey++;
          host.post({ type: "start", key, call, tokens, promptLength: base.length, settings });
          host.hold(true);
          entries.set(key, { sample, sink, ...pickLogprobs(settings), queued: true, outputTokens: 0 });
          counters.queued += 1;
          return key;
        },
        cancel: (keys) => host.release({ type: "cancel", keys }),
      });
    },
    load: () => ({
      liveSamples: entries.size - counters.queued,
      queuedSamples: counters.queued,
      outputTokens: counters.outputTokens,
      cancelledTokens: counters.cancelledTokens,
      prefilledTokens: counters.prefilledTokens,
    }),
    async close() {
      await host.close({ type: "shutdown" });
      failAll(new ReckonError("unavailable", "the engine was closed"));
    },
    crash: () => host.crash(),
  };
}

function pickLogprobs(settings: { logprobs: boolean; topLogprobs: number }): {
  logprobs: boolean;
  topLogprobs: number;
} {
  return { logprobs: settings.logprobs, topLogprobs: settings.topLogprobs };
}
