import type { BackendLoad, GenerateOptions, Generation, Model } from "@reckon/core";
import { ReckonError } from "@reckon/core";
import { createDecodeClient, type DecodeClient } from "./decode/decode-client.ts";
import { defaultWeightsDir, readModelFiles, unusableModelFile } from "./model-files.ts";
import { createTokenizer } from "./tokenizer.ts";

/** How to run the embedded model. */
export interface EngineOptions {
  /** Folder with model.json, tokenizer.json and the ONNX files. Default: the weights that come with the product. */
  readonly weightsDir?: string;
  /** Samples that are decoded together; the rest wait. 1-1024, default 64. */
  readonly maxBatch?: number;
  /** Threads of one forward pass. Default 1. */
  readonly threads?: number;
}

/** The embedded model. */
export interface Engine {
  readonly model: Model;
  open(prompt: string, options: GenerateOptions): Generation;
  load(): BackendLoad;
  close(): Promise<void>;
}

export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const files = await readModelFiles(options.weightsDir ?? defaultWeightsDir, ["decoder"]);
  const { manifest } = files;
  const tokenizer = createTokenizer(files.tokenizerJson, manifest.vocabSize, [
    manifest.bosId,
    manifest.eosId,
    manifest.padId,
    manifest.sepId,
  ]);
  const { layers, heads, headDim, vocabSize, contextLength, eosId } = manifest;
  let decode: DecodeClient;
  try {
    decode = await createDecodeClient({
      tokenizer,
      format: manifest,
      worker: {
        modelPath: files.decoderPath,
        threads: options.threads ?? 1,
        layers,
        heads,
        headDim,
        vocabSize,
        contextLength,
        eosId,
        maxBatch: options.maxBatch ?? 64,
        tokenBytes: tokenizer.tokenBytes,
      },
    });
  } catch (cause) {
    throw unusableModelFile(files.decoderPath, cause);
  }
  const model: Model = {
    id: manifest.name,
    backend: "embedded",
    capabilities: {
      logprobs: true,
      n: true,
      abort: true,
      continueFromPrefix: true,
      seed: true,
      processReward: true,
      policies: ["baseline"],
    },
    contextLength,
    parameters: manifest.decoder.parameters,
  };
  return {
    model,
    open(prompt, generate) {
      if (generate.model !== undefined && generate.model !== "" && generate.model !== model.id) {
        throw new ReckonError("not-found", `model ${generate.model} is not served here; ${model.id} is`);
      }
      return decode.open(prompt, generate);
    },
    load: () => decode.load(),
    close: () => decode.close(),
  };
}
