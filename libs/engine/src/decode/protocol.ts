/** How one sample is drawn; validated, every field set. */
export interface SampleSettings {
  /** 0-2, 0 is greedy. */
  readonly temperature: number;
  /** In (0, 1], 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
  /** Four words that the sample's generator starts from. */
  readonly seed: Uint32Array;
  readonly stop: readonly string[];
  /** Output tokens in which no stop text is looked for. */
  readonly minTokens: number;
  /** Output tokens, at least 1; already bounded by the context. */
  readonly maxTokens: number;
  readonly logprobs: boolean;
  /** 0-20. */
  readonly topLogprobs: number;
}

/** What the main thread tells the decoding worker. Keys are unique over the engine's life. */
export type DecodeCommand =
  | {
      readonly type: "start";
      readonly key: number;
      /** Samples of one call share their place in the queue. */
      readonly call: number;
      /** `<bos> prompt <sep> prefix`. */
      readonly tokens: Int32Array;
      /** Tokens of it up to and with `<sep>`: the part that samples of one prompt share. */
      readonly promptLength: number;
      readonly settings: SampleSettings;
    }
  | { readonly type: "cancel"; readonly keys: readonly number[] }
  /** Asks for the computed prompt of a call, as soon as it is there; answered by a `TrunkMessage`. */
  | { readonly type: "export"; readonly request: number; readonly call: number; readonly prompt: Int32Array }
  /** A prompt that is on its way from another lane, not to be computed here. */
  | { readonly type: "expect"; readonly prompt: Int32Array }
  /** The expected prompt; without `computed` it will not come. */
  | { readonly type: "import"; readonly prompt: Int32Array; readonly computed: ComputedPrompt | undefined }
  | { readonly type: "shutdown" };

/** A prompt's keys and values, k_0, v_0, k_1, ... each [1, H, length, D], and the logits after its last token. */
export interface ComputedPrompt {
  readonly buffers: Float32Array[];
  readonly logits: Float32Array;
}

/** Answers an `export`. */
export interface TrunkMessage {
  readonly type: "trunk";
  readonly request: number;
  readonly computed: ComputedPrompt | undefined;
}

/** Why a sample ended, as sent: an index into this list. */
export const endReasons = ["stop", "length", "cancelled", "failed"] as const;

/**
 * The news of one engine step, in columns. A sample has at most one delta a message; its log-probabilities (one a token) and
 * top entries (`topLogprobs` of its settings a token, id -1 where there are fewer) follow each other in `logprobs`, `topIds`
 * and `topValues`, only for samples that asked. Started, deltas and ended are to be applied in this order.
 */
export interface StepMessage {
  readonly type: "step";
  readonly started: Int32Array;
  readonly keys: Int32Array;
  readonly tokens: Int32Array;
  readonly texts: readonly string[];
  readonly logprobs: Float32Array;
  /** The drawn tokens, one for each of `logprobs`. */
  readonly ids: Int32Array;
  readonly topIds: Int32Array;
  readonly topValues: Float32Array;
  readonly ended: Int32Array;
  readonly reasons: Uint8Array;
  readonly promptTokens: Int32Array;
  readonly cachedTokens: Int32Array;
  /** By key, only for samples that failed. */
  readonly failures: ReadonlyMap<number, string>;
  /** Prompt tokens computed since the last message. */
  readonly prefilled: number;
}

/** What a worker is started with. */
export interface DecodeWorkerData {
  readonly modelPath: string;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly eosId: number;
  readonly maxBatch: number;
  /** Bytes of each token; empty for those that are never drawn (`<eos>` aside). */
  readonly tokenBytes: readonly Uint8Array[];
}
