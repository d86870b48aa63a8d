/** What the main thread tells the scoring worker. */
export type ScoreCommand =
  | { readonly type: "open"; readonly scoring: number; readonly prompt: Int32Array }
  | {
      readonly type: "score";
      readonly request: number;
      readonly scoring: number;
      readonly sample: number;
      /** Tokens of the step with its end: a line break, or `<eos>` for the last. */
      readonly step: Int32Array;
    }
  | { readonly type: "drop"; readonly scoring: number; readonly sample: number }
  | { readonly type: "close"; readonly scoring: number }
  | { readonly type: "shutdown" };

/** The scores of one pass, in columns. A score that is not a number stands for a request that failed: see `failures`. */
export interface ScoredMessage {
  readonly type: "scored";
  readonly requests: Int32Array;
  readonly scores: Float64Array;
  /** Tokens read for each, its share of prefill with it. */
  readonly tokens: Int32Array;
  /** By request. */
  readonly failures: ReadonlyMap<number, string>;
}

/** What the worker is started with; shapes are those of the process reward model. */
export interface ScoreWorkerData {
  readonly modelPath: string;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
}
