import { InferenceSession, Tensor } from "onnxruntime-node";

/** Shape of a model's K/V cache. */
export interface CacheShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
}

/** One chunk of tokens per row, over what each row has cached; all arrays belong to the caller. */
export interface ForwardInput {
  /** Rows, B. */
  readonly batch: number;
  /** Tokens a row, S; shorter chunks are padded on the right. */
  readonly chunk: number;
  /** Past positions of each row in `past`, T; may be 0. */
  readonly capacity: number;
  /** [B, S], at least. */
  readonly tokens: Int32Array;
  /** [B], at least: how many of the T past positions of each row are valid. */
  readonly pastLengths: Int32Array;
  /** [B], at least: valid tokens of each row's chunk; only for models with a `chunk_lengths` input. */
  readonly chunkLengths?: Int32Array;
  /** k_0, v_0, k_1, ...: each [B, H, T, D], at least; read in place by the runtime, not copied. */
  readonly past: readonly Float32Array[];
}

/** What a forward pass gave: logits [B, S, V] or scores [B], and k_0, v_0, k_1, ... of the chunk, each [B, H, S, D]. */
export interface ForwardOutput {
  readonly head: Float32Array;
  readonly fresh: readonly Float32Array[];
}

/** Runs one model; a fault-injecting one stands in for it in tests. */
export type Forward = (input: ForwardInput) => Promise<ForwardOutput>;

/**
 * Loads an ONNX file of the engine's contract, to be run on the calling thread alone: with more threads in the runtime they
 * would meet at every operator, of which a small model has a hundred a millisecond.
 */
export function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
  });
}

/**
 * Binds a session to reusable input tensors: as long as the shapes and the cache buffers stay the same, a call creates
 * nothing. Keep one binding for decoding and another for prefill, whose shapes differ.
 */
export function bindForward(session: InferenceSession, shape: CacheShape, head: "logits" | "scores"): Forward {
  const { layers, heads, headDim } = shape;
  const pastNames = Array.from({ length: layers }, (_, l) => [`past_k_${l}`, `past_v_${l}`]).flat();
  const freshNames = Array.from({ length: layers }, (_, l) => [`new_k_${l}`, `new_v_${l}`]).flat();
  const feeds: Record<string, Tensor> = {};
  const bound: (Float32Array | undefined)[] = pastNames.map(() => undefined);
  const scores = head === "scores";
  let batch = -1;
  let chunk = -1;
  let capacity = -1;
  let tokens = new Int32Array(0);
  let pastLengths = new Int32Array(0);
  let chunkLengths = new Int32Array(0);

  const bind = (name: string, dims: readonly number[]): Int32Array<ArrayBuffer> => {
    const data = new BigInt64Array(dims.reduce((a, b) => a * b, 1));
    feeds[name] = new Tensor("int64", data, dims);
    // Token ids and lengths fit in the low words: writing those through a 32-bit view makes no BigInt.
    return new Int32Array(data.buffer);
  };

  return async (input) => {
    const resized = input.batch !== batch || input.capacity !== capacity;
    if (input.batch !== batch || input.chunk !== chunk) tokens = bind("input_ids", [input.batch, input.chunk]);
    if (input.batch !== batch) {
      pastLengths = bind("past_lengths", [input.batch]);
      if (scores) chunkLengths = bind("chunk_lengths", [input.batch]);
    }
    ({ batch, chunk, capacity } = input);
    for (let i = 0; i < batch * chunk; i++) tokens[2 * i] = input.tokens[i] as number;
    for (let b = 0; b < batch; b++) pastLengths[2 * b] = input.pastLengths[b] as number;
    if (scores) {
      const counts = input.chunkLengths as Int32Array;
      for (let b = 0; b < batch; b++) chunkLengths[2 * b] = counts[b] as number;
    }
    const size = batch * heads * capacity * headDim;
    for (let i = 0; i < pastNames.length; i++) {
      const buffer = input.past[i] as Float32Array;
      if (!resized && bound[i] === buffer) continue;
      bound[i] = buffer;
      feeds[pastNames[i] as string] = new Tensor("float32", buffer.subarray(0, size), [
        batch,
        heads,
        capacity,
        headDim,
      ]);
    }
    const result = await session.run(feeds);
    return {
      head: result[head]?.data as Float32Array,
      fresh: freshNames.map((name) => result[name]?.data as Float32Array),
    };
  };
}

/**
 * Runs a forward once on one token without a past, so that the first real one is not slowed down by what the runtime sets up,
 * and throws where the model's outputs are not those of the contract. `headSize` is the expected size of the head.
 */
export async function warmUp(forward: Forward, shape: CacheShape, headSize: number): Promise<void> {
  const { head, fresh } = await forward({
    batch: 1,
    chunk: 1,
    capacity: 0,
    tokens: Int32Array.of(1),
    pastLengths: Int32Array.of(0),
    chunkLengths: Int32Array.of(1),
    past: Array.from({ length: 2 * shape.layers }, () => new Float32Array(0)),
  });
  const size = shape.heads * shape.headDim;
  if (head?.length !== headSize || fresh.some((values) => values?.length !== size)) {
    throw new Error("its outputs do not have the shapes that model.json says");
  }
}
