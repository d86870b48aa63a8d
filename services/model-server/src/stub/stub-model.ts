import { AsyncQueue, type Generation, type GenerationEvent, type Model, ReckonError } from "@reckon/core";
import { uniform } from "../faults/uniform.ts";
import type { ServedModel } from "../served-model.ts";

/** A model without a mind: texts that are given, at a speed that is given. */
export interface StubOptions {
  /** What samples say; one is drawn by the seed of the call and the sample. Default: one short chain with an answer. */
  readonly texts?: readonly string[];
  /** Of each sample. Default 200. */
  readonly tokensPerSecond?: number;
  /** From the start of a sample to its first token. Default 20. */
  readonly firstTokenMs?: number;
  /** Default 4,096. */
  readonly contextLength?: number;
}

const defaultTexts = ["17 * 20 = 340\n17 * 3 = 51\n340 + 51 = 391\nAnswer: 391"];
const capabilities = {
  logprobs: true,
  n: true,
  abort: true,
  continueFromPrefix: false,
  seed: true,
  processReward: true,
  policies: ["baseline"],
};
/** One timer moves all samples, so that tens of thousands of them cost nothing but their tokens. */
const tickMs = 10;
/** Prompts whose beginning is remembered, as a prefix cache would. */
const rememberedPrompts = 1_000;

interface Sample {
  readonly tokens: readonly string[];
  readonly limit: number;
  readonly startMs: number;
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly logprobs: boolean;
  readonly emit: (event: GenerationEvent) => void;
  readonly index: number;
  sent: number;
}

/**
 * Creates a stub for load tests: it costs almost nothing, so that what is measured is everything else. Tokens are words with
 * the space before them; counts are as exact as the engine's. Every step has the score 0.5.
 */
export function createStubModel(options: StubOptions = {}): ServedModel {
  const { texts = defaultTexts, tokensPerSecond = 200, firstTokenMs = 20, contextLength = 4_096 } = options;
  const tokenized = texts.map(wordsOf);
  const live = new Set<Sample>();
  const remembered = new Set<string>();
  const load = { outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 };
  let timer: NodeJS.Timeout | undefined;

  const end = (sample: Sample, reason: "stop" | "length" | "cancelled"): void => {
    live.delete(sample);
    const { index, promptTokens, cachedPromptTokens, sent: outputTokens } = sample;
    if (reason === "cancelled") load.cancelledTokens += outputTokens;
    sample.emit({
      type: "sample-ended",
      sample: index,
      reason,
      usage: { promptTokens, cachedPromptTokens, outputTokens },
    });
  };
  const advance = (): void => {
    const nowMs = performance.now();
    for (const sample of live) {
      const elapsedMs = nowMs - sample.startMs - firstTokenMs;
      const due = elapsedMs < 0 ? 0 : 1 + Math.floor((elapsedMs * tokensPerSecond) / 1000);
      const upTo = Math.min(due, sample.limit);
      const count = upTo - sample.sent;
      if (count > 0) {
        const text = sample.tokens.slice(sample.sent, upTo).join("");
        load.outputTokens += count;
        const event = { type: "token-delta" as const, sample: sample.index, text, tokens: count };
        const tokenTexts = sample.tokens.slice(sample.sent, upTo);
        sample.sent = upTo;
        sample.emit(sample.logprobs ? { ...event, logprobs: tokenTexts.map(() => -0.1), tokenTexts } : event);
      }
      if (sample.sent >= sample.limit) end(sample, sample.limit < sample.tokens.length ? "length" : "stop");
    }
    if (live.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const begin = (sample: Sample): void => {
    live.add(sample);
    timer ??= setInterval(advance, tickMs);
  };

  const model: Model = { id: "reckon-stub-1", backend: "stub", capabilities, contextLength, parameters: undefined };
  return {
    model,
    countTokens: (prompt, prefix = "") => wordsOf(prompt + prefix).length,
    open(prompt, generate) {
      if (generate.model && generate.model !== model.id)
        throw new ReckonError("not-found", `model ${generate.model} is not served; ${model.id} is`);
      if (generate.prefix)
        throw new ReckonError("failed-precondition", "the stub cannot continue from a prefix; the embedded model can");
      const promptTokens = wordsOf(prompt).length;
      const samples = new Map<number, Sample>();
      const close = (): void => {
        for (const sample of samples.values()) if (live.has(sample)) end(sample, "cancelled");
      };
      let open = 0;
      let finished = false;
      const events = new AsyncQueue<GenerationEvent>(close);
      const settle = () => {
        if (finished && open === 0) events.end();
      };
      const emit = (event: GenerationEvent) => {
        events.push(event);
        if (event.type !== "sample-ended") return;
        open -= 1;
        settle();
      };
      return {
        events,
        start(index) {
          const cached = recall(prompt);
          if (!cached) load.prefilledTokens += promptTokens;
          const tokens = tokenized[textOf(generate.seed ?? open, index, tokenized.length)] as readonly string[];
          const limit = Math.min(tokens.length, generate.maxTokens ?? tokens.length);
          const sample: Sample = {
            tokens,
            limit,
            startMs: performance.now(),
            promptTokens,
            cachedPromptTokens: cached ? promptTokens : 0,
            logprobs: generate.logprobs ?? false,
            emit,
            index,
            sent: 0,
          };
          samples.set(index, sample);
          open += 1;
          events.push({ type: "sample-started", sample: index });
          begin(sample);
        },
        cancel(index) {
          const sample = samples.get(index);
          if (sample !== undefined && live.has(sample)) end(sample, "cancelled");
        },
        finish() {
          finished = true;
          settle();
        },
        close() {
          finished = true;
          close();
          settle();
        },
      } satisfies Generation;
    },
    openScoring: () => ({
      score: async (_sample, step) => ({ score: 0.5, tokens: wordsOf(step).length }),
      drop: () => undefined,
      close: () => undefined,
    }),
    load: () => ({ liveSamples: live.size, queuedSamples: 0, ...load }),
    async close() {
      clearInterval(timer);
      for (const sample of [...live]) end(sample, "cancelled");
    },
  };

  function recall(prompt: string): boolean {
    if (remembered.delete(prompt)) {
      remembered.add(prompt);
      return true;
    }
    remembered.add(prompt);
    if (remembered.size > rememberedPrompts) remembered.delete(remembered.values().next().value as string);
    return false;
  }
}

function wordsOf(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

function textOf(seed: number, sample: number, count: number): number {
  return Math.floor(uniform(seed, sample) * count);
}
