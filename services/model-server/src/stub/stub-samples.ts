import type { GenerationEvent } from "@reckon/core";

/** A sample whose text is known before it begins. */
export interface StubSample {
  readonly index: number;
  readonly tokens: readonly string[];
  /** It ends after so many of them. */
  readonly limit: number;
  readonly startMs: number;
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly logprobs: boolean;
  readonly emit: (event: GenerationEvent) => void;
  sent: number;
}

/** All samples of a stub, moved on by one timer: tens of thousands of them cost nothing but their tokens. */
export interface StubSamples {
  readonly live: ReadonlySet<StubSample>;
  /** Output tokens of all samples, and those of cancelled ones. */
  readonly outputTokens: number;
  readonly cancelledTokens: number;
  begin(sample: StubSample): void;
  /** Ends a sample where it is; does nothing if it has ended. */
  cancel(sample: StubSample): void;
  /** Cancels all. */
  close(): void;
}

const tickMs = 10;
/** Of every token. */
const logprob = -0.1;

/** Creates the samples' clockwork. */
export function createStubSamples(tokensPerSecond: number, firstTokenMs: number): StubSamples {
  const live = new Set<StubSample>();
  let outputTokens = 0;
  let cancelledTokens = 0;
  let timer: NodeJS.Timeout | undefined;

  const end = (sample: StubSample, reason: "stop" | "length" | "cancelled"): void => {
    live.delete(sample);
    if (reason === "cancelled") cancelledTokens += sample.sent;
    const { promptTokens, cachedPromptTokens } = sample;
    const usage = { promptTokens, cachedPromptTokens, outputTokens: sample.sent };
    sample.emit({ type: "sample-ended", sample: sample.index, reason, usage });
  };

  const advance = (sample: StubSample, nowMs: number): void => {
    const elapsedMs = nowMs - sample.startMs - firstTokenMs;
    const due = elapsedMs < 0 ? 0 : 1 + Math.floor((elapsedMs * tokensPerSecond) / 1000);
    const upTo = Math.min(due, sample.limit);
    const tokenTexts = sample.tokens.slice(sample.sent, upTo);
    if (tokenTexts.length > 0) {
      sample.sent = upTo;
      outputTokens += tokenTexts.length;
      const text = tokenTexts.join("");
      const delta = { type: "token-delta" as const, sample: sample.index, text, tokens: tokenTexts.length };
      sample.emit(sample.logprobs ? { ...delta, logprobs: tokenTexts.map(() => logprob), tokenTexts } : delta);
    }
    if (sample.sent >= sample.limit) end(sample, sample.limit < sample.tokens.length ? "length" : "stop");
  };

  const tick = (): void => {
    const nowMs = performance.now();
    for (const sample of live) advance(sample, nowMs);
    if (live.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  const cancel = (sample: StubSample): void => {
    if (live.has(sample)) end(sample, "cancelled");
  };
  return {
    live,
    get outputTokens() {
      return outputTokens;
    },
    get cancelledTokens() {
      return cancelledTokens;
    },
    begin(sample) {
      live.add(sample);
      timer ??= setInterval(tick, tickMs);
    },
    cancel,
    close() {
      clearInterval(timer);
      for (const sample of [...live]) cancel(sample);
    },
  };
}
