/** What a model can do; the plan uses only that. */
export interface Capabilities {
  readonly logprobs: boolean;
  /** Several samples a call with one prefill. */
  readonly n: boolean;
  /** Stops generating when a sample is cancelled. */
  readonly abort: boolean;
  readonly continueFromPrefix: boolean;
  /** Equal seeds give equal samples. */
  readonly seed: boolean;
  /** Scores steps by a process reward model. */
  readonly processReward: boolean;
  /** Decoding policies it knows; always holds `baseline`. */
  readonly policies: readonly string[];
}

/** A model that a backend serves. */
export interface Model {
  readonly id: string;
  readonly backend: string;
  readonly capabilities: Capabilities;
  /** Prompt and output tokens together. */
  readonly contextLength: number;
  readonly parameters: number | undefined;
}
