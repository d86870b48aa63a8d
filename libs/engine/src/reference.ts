import { InferenceSession, Tensor } from "onnxruntime-node";
import { defaultWeightsDir, readModelFiles } from "./model-files.ts";
import { promptTokens } from "./prompt-tokens.ts";
import { createTokenizer } from "./tokenizer.ts";

/** A plain decoder: one sequence, no worker, no batching. */
export interface Reference {
  /** Greedy tokens after a prompt, up to `maxTokens`, without the end token. */
  generate(prompt: string, maxTokens: number): Promise<number[]>;
  /** The text of tokens. */
  decode(tokens: readonly number[]): string;
}

/**
 * The plain loop that anyone would write over onnxruntime with a K/V cache, over the same weights: what the engine's samples
 * are checked against, and what its speed is compared with. Shares no code with the engine's decoding.
 */
export async function openReference(weightsDir: string = defaultWeightsDir, threads = 1): Promise<Reference> {
  const { manifest, tokenizerJson, decoderPath } = await readModelFiles(weightsDir, ["decoder"]);
  const { layers, heads, headDim, vocabSize, eosId, bosId, padId, sepId } = manifest;
  const tokenizer = createTokenizer(tokenizerJson, vocabSize, [bosId, eosId, padId, sepId]);
  const session = await InferenceSession.create(decoderPath, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const names = Array.from({ length: layers }, (_, l) => [`k_${l}`, `v_${l}`]).flat();
  return {
    decode: (tokens) =>
      Buffer.concat(tokens.map((id) => tokenizer.tokenBytes[id] ?? new Uint8Array(0))).toString("utf8"),
    async generate(prompt, maxTokens) {
      const tokens: number[] = [];
      let chunk = [...promptTokens(prompt, tokenizer, manifest)];
      const capacity = chunk.length + maxTokens;
      const past = names.map(() => new Float32Array(heads * capacity * headDim));
      let length = 0;
      while (tokens.length < maxTokens) {
        const feeds: Record<string, Tensor> = {
          input_ids: new Tensor("int64", BigInt64Array.from(chunk, BigInt), [1, chunk.length]),
          past_lengths: new Tensor("int64", BigInt64Array.of(BigInt(length)), [1]),
        };
        for (const [i, name] of names.entries()) {
          feeds[`past_${name}`] = new Tensor("float32", past[i] as Float32Array, [1, heads, capacity, headDim]);
        }
        const output = await session.run(feeds);
        for (const [i, name] of names.entries()) {
          const fresh = output[`new_${name}`]?.data as Float32Array;
          for (let h = 0; h < heads; h++) {
            const rows = fresh.subarray(h * chunk.length * headDim, (h + 1) * chunk.length * headDim);
            past[i]?.set(rows, (h * capacity + length) * headDim);
          }
        }
        length += chunk.length;
        const logits = (output["logits"] as Tensor).data.slice(-vocabSize) as Float32Array;
        const next = argmax(logits, [bosId, padId, sepId]);
        if (next === eosId) break;
        tokens.push(next);
        chunk = [next];
      }
      return tokens;
    },
  };
}

function argmax(values: Float32Array, except: readonly number[]): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (!except.includes(i) && (best < 0 || (values[i] as number) > (values[best] as number))) best = i;
  }
  return best;
}
