import type { DecodeCommand, SampleSettings } from "./protocol.ts";
import { createRandom, type Random } from "./random.ts";
import { createStopMatcher, type StopMatcher } from "./stop-matcher.ts";
import type { TokenText } from "./token-text.ts";

/** One sample inside the worker, from its start to its end. */
export interface LiveSample {
  readonly key: number;
  readonly call: number;
  readonly settings: SampleSettings;
  /** `<bos> prompt <sep> prefix`. */
  readonly tokens: Int32Array;
  readonly promptLength: number;
  readonly random: Random;
  readonly text: TokenText;
  readonly stops: StopMatcher | undefined;
  state: "queued" | "prefilling" | "decoding" | "ended";
  /** Drawn last, not yet fed. */
  lastToken: number;
  /** Positions in its slot. */
  length: number;
  outputTokens: number;
  /** Prompt tokens that were computed on its account. */
  prefilled: number;
  /** Output that was not sent yet. */
  pendingText: string;
  pendingTokens: number;
  readonly pendingLogprobs: number[];
  readonly pendingIds: number[];
  readonly pendingTopIds: number[];
  readonly pendingTopValues: number[];
  sentAtMs: number;
}

/** A sample that has just been asked for. */
export function createLiveSample(command: DecodeCommand & { type: "start" }, text: TokenText): LiveSample {
  return {
    key: command.key,
    call: command.call,
    settings: command.settings,
    tokens: command.tokens,
    promptLength: command.promptLength,
    random: createRandom(command.settings.seed),
    text,
    stops: createStopMatcher(command.settings.stop),
    state: "queued",
    lastToken: -1,
    length: 0,
    outputTokens: 0,
    prefilled: 0,
    pendingText: "",
    pendingTokens: 0,
    pendingLogprobs: [],
    pendingIds: [],
    pendingTopIds: [],
    pendingTopValues: [],
    sentAtMs: Number.NEGATIVE_INFINITY,
  };
}
