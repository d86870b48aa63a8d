import type { LiveSample } from "./live-sample.ts";
import { endReasons, type StepMessage } from "./protocol.ts";

/** Gathers the news of a step into one message of a few typed arrays. */
export class Outbox {
  #started: number[] = [];
  #samples = new Set<LiveSample>();
  #ended: { sample: LiveSample; reason: number; prompt: number; cached: number }[] = [];
  #failures = new Map<number, string>();
  #prefilled = 0;

  start(sample: LiveSample): void {
    this.#started.push(sample.key);
  }

  prefill(tokens: number): void {
    this.#prefilled += tokens;
  }

  /** Sends what the sample has pending with this step's message. */
  flush(sample: LiveSample): void {
    this.#samples.add(sample);
  }

  end(sample: LiveSample, reason: (typeof endReasons)[number], prompt: number, cached: number, failure?: string): void {
    if (sample.pendingTokens > 0 || sample.pendingText !== "") this.#samples.add(sample);
    this.#ended.push({ sample, reason: endReasons.indexOf(reason), prompt, cached });
    if (failure !== undefined) this.#failures.set(sample.key, failure);
  }

  /** The message, or `undefined` where there is no news. Clears the box and what its samples had pending. */
  take(nowMs: number): StepMessage | undefined {
    const samples = [...this.#samples];
    const ended = this.#ended;
    if (this.#started.length + samples.length + ended.length + this.#prefilled === 0) return undefined;
    const message: StepMessage = {
      type: "step",
      started: Int32Array.from(this.#started),
      keys: Int32Array.from(samples, (s) => s.key),
      tokens: Int32Array.from(samples, (s) => s.pendingTokens),
      texts: samples.map((s) => s.pendingText),
      logprobs: Float32Array.from(samples.flatMap((s) => s.pendingLogprobs)),
      ids: Int32Array.from(samples.flatMap((s) => s.pendingIds)),
      topIds: Int32Array.from(samples.flatMap((s) => s.pendingTopIds)),
      topValues: Float32Array.from(samples.flatMap((s) => s.pendingTopValues)),
      ended: Int32Array.from(ended, (e) => e.sample.key),
      reasons: Uint8Array.from(ended, (e) => e.reason),
      promptTokens: Int32Array.from(ended, (e) => e.prompt),
      cachedTokens: Int32Array.from(ended, (e) => e.cached),
      failures: this.#failures,
      prefilled: this.#prefilled,
    };
    for (const sample of samples) {
      sample.pendingText = "";
      sample.pendingTokens = 0;
      sample.pendingLogprobs.length = 0;
      sample.pendingIds.length = 0;
      sample.pendingTopIds.length = 0;
      sample.pendingTopValues.length = 0;
      sample.sentAtMs = nowMs;
    }
    this.#started = [];
    this.#samples.clear();
    this.#ended = [];
    this.#failures = new Map();
    this.#prefilled = 0;
    return message;
  }
}
