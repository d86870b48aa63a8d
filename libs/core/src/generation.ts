import type { Model } from "./model.ts";
import type { Problem } from "./problem.ts";
import type { ReckonErrorCode } from "./reckon-error.ts";
import type { ReplicaLoad, RoutingFacts, SampleRoute } from "./routing.ts";
import type { SampleEnd, SampleUsage } from "./sample.ts";

/** How to sample; the defaults are those of each field. */
export interface GenerateOptions {
  /** Model id; the default model where empty or absent. */
  readonly model?: string;
  /** 0-2, 0 is greedy. Default 1. */
  readonly temperature?: number;
  /** In (0, 1]. Default 1. */
  readonly topP?: number;
  /** 0 is all. Default 0. */
  readonly topK?: number;
  /** Seed of the call; sample i uses a seed derived from it and i. Random where absent. */
  readonly seed?: number;
  /** Texts that end a sample and are not part of it. */
  readonly stop?: readonly string[];
  /** Default: the rest of the context. */
  readonly maxTokens?: number;
  /** Default false. */
  readonly logprobs?: boolean;
  /** 0-20; needs `logprobs`. Default 0. */
  readonly topLogprobs?: number;
  /** Text that every sample continues from. */
  readonly prefix?: string;
  /** What a router may go by; backends that do not route take its priority at most. */
  readonly routing?: RoutingFacts;
}

/** What may differ from sample to sample of one call. */
export interface SampleOverrides {
  readonly temperature?: number;
  readonly prefix?: string;
  readonly maxTokens?: number;
  /** The path that this sample goes on with, where a search builds one from several; for traces, never sent. */
  readonly path?: number;
}

/** One of the likeliest tokens at a place: its text and its natural log-probability. */
export interface TopLogprob {
  readonly token: string;
  readonly logprob: number;
}

/** News of one sample. `outputTokens` of an ended sample is exact, also when it was cancelled. */
export type GenerationEvent =
  | { readonly type: "sample-started"; readonly sample: number }
  | {
      readonly type: "token-delta";
      readonly sample: number;
      readonly text: string;
      readonly tokens: number;
      /** One natural log-probability a token, where asked for. */
      readonly logprobs?: readonly number[];
      readonly topLogprobs?: readonly (readonly TopLogprob[])[];
      /** The text of each token, with `logprobs`, where the backend tells; a character that spans tokens is U+FFFD in each. */
      readonly tokenTexts?: readonly string[];
    }
  | {
      readonly type: "sample-ended";
      readonly sample: number;
      readonly reason: SampleEnd;
      readonly usage: SampleUsage;
      readonly failure?: string;
      readonly retryable?: boolean;
      /** The kind of a failure, where its maker knows it; not sent over the wire. */
      readonly failureCode?: ReckonErrorCode;
      /** How long a backend that failed asks to be left alone, in milliseconds. */
      readonly retryAfterMs?: number;
      /** Where it was generated and what else that took; absent from backends that do not route. */
      readonly route?: SampleRoute;
    };

/**
 * Samples of one problem that are being generated over one call. `events` has one consumer, and ends when `finish` was
 * called and every sample has ended; leaving it early closes the call. `start` of an index that was used before throws
 * `invalid-argument`; `cancel` of a sample that has ended, or never began, does nothing.
 */
export interface Generation {
  readonly events: AsyncIterable<GenerationEvent>;
  start(sample: number, overrides?: SampleOverrides): void;
  cancel(sample: number): void;
  /** No more samples will be started. */
  finish(): void;
  /** Cancels everything and frees it; may be called more than once. */
  close(): void;
}

/** How busy a backend is, and what it has computed since its start. */
export interface BackendLoad {
  readonly liveSamples: number;
  readonly queuedSamples: number;
  readonly outputTokens: number;
  readonly cancelledTokens: number;
  readonly prefilledTokens: number;
  /** What the endpoint says of itself (vLLM's `/metrics`), clients of others included; absent where it says nothing. */
  readonly endpoint?: EndpointLoad;
  /** How each replica is, where a router is in front of several. */
  readonly replicas?: readonly ReplicaLoad[];
}

/** How busy an endpoint says it is. */
export interface EndpointLoad {
  readonly runningRequests: number;
  readonly waitingRequests: number;
  /** In [0, 1]; 1 is full. */
  readonly kvCacheUsage: number | undefined;
}

/** A source of samples: one model endpoint behind one small interface. */
export interface Backend {
  readonly name: string;
  listModels(): Promise<readonly Model[]>;
  /** Opens a call; a model or an option that the backend does not have throws `not-found` or `failed-precondition`. */
  open(problem: Problem, options: GenerateOptions): Promise<Generation>;
  load(): Promise<BackendLoad>;
  close(): Promise<void>;
}
