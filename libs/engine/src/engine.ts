import { availableParallelism } from "node:os";
import {
  type BackendLoad,
  type Capabilities,
  type Generation,
  invalidArgument,
  type Model,
  ReckonError,
  type ScoreAggregation,
} from "@reckon/core";
import { createDecodeClient, type DecodeClient } from "./decode/decode-client.ts";
import type { EngineGenerateOptions } from "./generate-settings.ts";
import { defaultWeightsDir, type ModelFiles, readModelFiles, unusableModelFile } from "./model-files.ts";
import { promptTokens, withPrefix } from "./prompt-tokens.ts";
import { createScoringClient, type PrmScoring, type ScoringClient } from "./score/scoring-client.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

/** The two models of the engine. */
export type EnginePart = "decoder" | "prm";

/** How to run the embedded model. */
export interface EngineOptions {
  /** Folder with model.json, tokenizer.json and the ONNX files. Default: the weights that come with the product. */
  readonly weightsDir?: string;
  /** Samples that are decoded together; the rest wait in a queue. 1-1024, default 64. */
  readonly maxBatch?: number;
  /**
   * Decoding threads, each with a batch of its own; 1-64, more than there are processors gain nothing. Default: 2, or 1
   * on a single processor. The process reward model has one thread more.
   */
  readonly threads?: number;
  /** What to load. A process that only scores, or only generates, saves the other's thread. Default: both. */
  readonly parts?: readonly EnginePart[];
}

/**
 * The embedded model: samples by `open`, step scores by `openScoring`, each in a worker thread of its own so that neither
 * waits for the other and the caller's event loop stays free. Made for a few hundred samples at once.
 */
export interface Engine {
  readonly model: Model;
  /** How step scores are best combined into a sample's score, as measured with the model; `undefined` where unknown. */
  readonly aggregation: ScoreAggregation | undefined;
  /** The words, lower case, of the problems that the model was trained on; `undefined` where unknown. */
  readonly words: ReadonlySet<string> | undefined;
  /**
   * Opens a call. Throws `invalid-argument` for options out of range, an empty prompt, or one that the context cannot hold,
   * `not-found` for another model. The end token is not counted in `outputTokens`; tokens of a stop text are. A sample's
   * `promptTokens` are those of `<bos> prompt <sep> prefix`; `cachedPromptTokens` those that were not computed for it.
   */
  open(prompt: string, options: EngineGenerateOptions): Generation;
  /** Tokens of `<bos> prompt <sep> prefix`, a sample's `promptTokens`; throws as `open` does. */
  countTokens(prompt: string, prefix?: string): number;
  /** Opens scoring of samples of a question by the process reward model; throws as `open` does. */
  openScoring(prompt: string): PrmScoring;
  load(): BackendLoad;
  /** Cancels and reports what runs, then ends the workers. Later calls throw `failed-precondition`. */
  close(): Promise<void>;
}

const capabilities: Capabilities = {
  logprobs: true,
  n: true,
  abort: true,
  continueFromPrefix: true,
  seed: true,
  processReward: true,
  policies: ["baseline"],
};

/**
 * Loads the embedded model and starts its workers. Rejects with `failed-precondition` where a model file is missing and
 * `data-loss` where one is damaged, naming the file and what to do.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { maxBatch = 64, threads = Math.min(2, availableParallelism()), parts = ["decoder", "prm"] } = options;
  assertWithin("max_batch", maxBatch, 1024);
  assertWithin("threads", threads, 64);
  const files = await readModelFiles(options.weightsDir ?? defaultWeightsDir, parts);
  const { manifest } = files;
  const { bosId, eosId, padId, sepId } = manifest;
  const tokenizer = createTokenizer(files.tokenizerJson, manifest.vocabSize, [bosId, eosId, padId, sepId]);
  const started = await Promise.allSettled([
    parts.includes("decoder") ? startDecoder(files, tokenizer, maxBatch, threads) : undefined,
    parts.includes("prm") ? startScorer(files, tokenizer) : undefined,
  ]);
  const [decoder, scorer] = [settled(started[0]), settled(started[1])];
  const failed = started.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await Promise.all([decoder?.close(), scorer?.close()]);
    throw failed.reason;
  }
  const { name: id, contextLength } = manifest;
  const { parameters } = manifest.decoder;
  return {
    model: { id, backend: "embedded", capabilities, contextLength, parameters },
    aggregation: manifest.prm.aggregation,
    words: manifest.words === undefined ? undefined : new Set(manifest.words),
    open(prompt, generate) {
      const { model = "" } = generate;
      if (model !== "" && model !== id) throw new ReckonError("not-found", `model ${model} is not served; ${id} is`);
      if (decoder === undefined) throw notLoaded("decoder");
      return decoder.open(prompt, generate);
    },
    countTokens: (prompt, prefix = "") =>
      withPrefix(promptTokens(prompt, tokenizer, manifest), prefix, tokenizer, manifest).length,
    openScoring(prompt) {
      if (scorer === undefined) throw notLoaded("prm");
      return scorer.openScoring(prompt);
    },
    load: () => decoder?.load() ?? noLoad,
    async close() {
      await Promise.all([decoder?.close(), scorer?.close()]);
    },
  };
}

const noLoad: BackendLoad = {
  liveSamples: 0,
  queuedSamples: 0,
  outputTokens: 0,
  cancelledTokens: 0,
  prefilledTokens: 0,
};

async function startDecoder(
  { manifest, decoderPath }: ModelFiles,
  tokenizer: Tokenizer,
  maxBatch: number,
  threads: number,
): Promise<DecodeClient> {
  const { layers, heads, headDim, vocabSize, contextLength, eosId } = manifest;
  const { tokenBytes } = tokenizer;
  const shape = { layers, heads, headDim, vocabSize, contextLength, eosId };
  try {
    const worker = { modelPath: decoderPath, ...shape, maxBatch: Math.ceil(maxBatch / threads), tokenBytes };
    return await createDecodeClient({ tokenizer, format: manifest, lanes: threads, worker });
  } catch (cause) {
    throw unusableModelFile(decoderPath, cause);
  }
}

async function startScorer({ manifest, prmPath }: ModelFiles, tokenizer: Tokenizer): Promise<ScoringClient> {
  const { layers, heads, headDim } = manifest.prm;
  try {
    const worker = { modelPath: prmPath, layers, heads, headDim };
    return await createScoringClient({ tokenizer, format: manifest, worker });
  } catch (cause) {
    throw unusableModelFile(prmPath, cause);
  }
}

function settled<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === "fulfilled" ? result.value : undefined;
}

function notLoaded(part: EnginePart): ReckonError {
  return new ReckonError("failed-precondition", `the engine was created without its ${part}; name it in parts`);
}

function assertWithin(field: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw invalidArgument([{ field, description: `is ${value}; must be a whole number from 1 to ${max}` }]);
}
