import type { TokenPrices } from "./routing.ts";

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
  /** How it is built, for example `transformer` or `mamba`; absent where not known. */
  readonly architecture?: string;
  /** What it runs on, for example `gpu`, `tpu` or `lpu`; absent where not known. */
  readonly accelerator?: string;
  /** What tokens cost at most, fallbacks of its pool included; absent where not known. */
  readonly prices?: TokenPrices;
  /** True where a slow sample may be asked for a second time, if the caller allows it. Default false. */
  readonly hedges?: boolean;
}

/**
 * The model that an id or `backend/id` names, a backend's first one where only `backend/` is given, the first of all (the
 * default) where it is empty or absent; `undefined` if none.
 */
export function findModel<M extends Pick<Model, "id" | "backend">>(
  models: readonly M[],
  id: string | undefined,
): M | undefined {
  if (id === undefined || id === "") return models[0];
  return (
    models.find((model) => model.id === id) ??
    models.find((model) => `${model.backend}/${model.id}` === id) ??
    models.find((model) => `${model.backend}/` === id)
  );
}
