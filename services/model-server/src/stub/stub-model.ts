import { type GenerateOptions, type Model, ReckonError } from "@reckon/core";
import { uniform } from "../faults/uniform.ts";
import type { ServedModel } from "../served-model.ts";
import { createStubGeneration } from "./stub-generation.ts";
import { createStubSamples } from "./stub-samples.ts";

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
/** Prompts that are remembered, as a prefix cache would; the least recently used one is forgotten. */
const rememberedPrompts = 1_000;
/** Says neither yes nor no. */
const stepScore = 0.5;

/**
 * Creates a stub for load tests: it costs almost nothing, so that what is measured is everything else. Tokens are words with
 * the space before them; counts are as exact as the engine's. Every step has the score 0.5.
 */
export function createStubModel(options: StubOptions = {}): ServedModel {
  const { texts = defaultTexts, tokensPerSecond = 200, firstTokenMs = 20, contextLength = 4_096 } = options;
  const tokenized = texts.map(wordsOf);
  const samples = createStubSamples(tokensPerSecond, firstTokenMs);
  const remembered = new Set<string>();
  let calls = 0;
  let prefilledTokens = 0;
  const model: Model = { id: "reckon-stub-1", backend: "stub", capabilities, contextLength, parameters: undefined };

  /** Whether the prompt was there before. */
  const recall = (prompt: string): boolean => {
    const known = remembered.delete(prompt);
    remembered.add(prompt);
    if (remembered.size > rememberedPrompts) remembered.delete(remembered.values().next().value as string);
    return known;
  };

  return {
    model,
    countTokens: (prompt, prefix = "") => wordsOf(prompt + prefix).length,
    open(prompt, generate) {
      assertPossible(model, generate);
      const { seed = calls++, maxTokens = Number.POSITIVE_INFINITY, logprobs = false } = generate;
      const promptTokens = wordsOf(prompt).length;
      return createStubGeneration(samples, (index, emit) => {
        const tokens = tokenized[Math.floor(uniform(seed, index) * tokenized.length)] ?? [];
        const cachedPromptTokens = recall(prompt) ? promptTokens : 0;
        prefilledTokens += promptTokens - cachedPromptTokens;
        const limit = Math.min(tokens.length, maxTokens);
        const startMs = performance.now();
        return { index, tokens, limit, startMs, promptTokens, cachedPromptTokens, logprobs, emit, sent: 0 };
      });
    },
    openScoring: () => ({
      score: async (_sample, step) => ({ score: stepScore, tokens: wordsOf(step).length }),
      drop: () => undefined,
      close: () => undefined,
    }),
    load() {
      const { live, outputTokens, cancelledTokens } = samples;
      return { liveSamples: live.size, queuedSamples: 0, outputTokens, cancelledTokens, prefilledTokens };
    },
    close: async () => samples.close(),
  };
}

function assertPossible(model: Model, options: GenerateOptions): void {
  if (options.model && options.model !== model.id)
    throw new ReckonError("not-found", `model ${options.model} is not served; ${model.id} is`);
  if (options.prefix)
    throw new ReckonError("failed-precondition", "the stub cannot continue from a prefix; the embedded model can");
}

function wordsOf(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}
