import {
  AsyncQueue,
  type Backend,
  type Clock,
  type GenerateOptions,
  type GenerationEvent,
  type Problem,
  type SampleEnd,
} from "@reckon/core";

/** What comes next of a chain; a token is one character. */
export interface Continuation {
  /** Up to where the chain ends; a line break in it ends a call for one step. */
  readonly text: string;
  readonly fails?: boolean;
  readonly hangs?: boolean;
}

export interface StepwiseBackend extends Backend {
  readonly opened: { readonly options: GenerateOptions; closed: boolean }[];
  /** What was asked for, in order. */
  readonly asked: { readonly prefix: string; readonly one: boolean; readonly temperature: number | undefined }[];
  /** What each call was opened for. */
  readonly problems: readonly Problem[];
  readonly live: number;
  readonly maxLive: number;
  /** Tokens really generated. */
  readonly tokens: number;
}

/** A backend in memory that goes on from a prefix as `next` says; `nth` counts what was asked with the same prefix. */
export function createStepwiseBackend(
  clock: Clock,
  next: (prefix: string, nth: number) => Continuation,
  faults: { loseCallAfter?: number } = {},
): StepwiseBackend {
  const opened: { options: GenerateOptions; closed: boolean }[] = [];
  const asked: { prefix: string; one: boolean; temperature: number | undefined }[] = [];
  const problems: Problem[] = [];
  const times = new Map<string, number>();
  const state = { live: 0, maxLive: 0, tokens: 0, ended: 0 };
  return {
    name: "stepwise",
    ...{ opened, asked, problems },
    get live() {
      return state.live;
    },
    get maxLive() {
      return state.maxLive;
    },
    get tokens() {
      return state.tokens;
    },
    listModels: async () => [],
    load: async () => ({ liveSamples: 0, queuedSamples: 0, outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 }),
    close: async () => undefined,
    async open(problem, options) {
      problems.push(problem);
      const call = { options, closed: false };
      opened.push(call);
      const one = options.stop !== undefined && options.stop.length > 0;
      const cancels = new Map<number, AbortController>();
      let finished = false;
      const close = () => {
        call.closed = true;
        for (const cancel of cancels.values()) cancel.abort();
      };
      const events = new AsyncQueue<GenerationEvent>(close);
      const settle = () => finished && cancels.size === 0 && events.end();
      const generate = async (sample: number, prefix: string, maxTokens: number) => {
        const nth = times.get(prefix) ?? 0;
        times.set(prefix, nth + 1);
        const { text, fails, hangs } = next(prefix, nth);
        const cancel = new AbortController();
        cancels.set(sample, cancel);
        state.live += 1;
        state.maxLive = Math.max(state.maxLive, state.live);
        events.push({ type: "sample-started", sample });
        let outputTokens = 0;
        let reason: SampleEnd = fails ? "failed" : "stop";
        try {
          for (const char of text) {
            if (outputTokens >= maxTokens) {
              reason = "length";
              break;
            }
            await clock.sleep(1, cancel.signal);
            outputTokens += 1;
            state.tokens += 1;
            // As engines do: a stop text is counted and not told.
            if (one && char === "\n") break;
            events.push({ type: "token-delta", sample, text: char, tokens: 1 });
          }
          if (hangs) await clock.sleep(1e9, cancel.signal);
        } catch {
          // Only a cancel ends a sleep early.
          reason = "cancelled";
        }
        state.live -= 1;
        state.ended += 1;
        cancels.delete(sample);
        const usage = { promptTokens: 10 + prefix.length, cachedPromptTokens: 10, outputTokens };
        events.push({
          type: "sample-ended",
          sample,
          reason,
          usage,
          ...(fails && { failure: "scripted", retryable: false }),
        });
        if (state.ended === faults.loseCallAfter) {
          events.fail(new Error("the scripted call broke"));
          close();
        }
        settle();
      };
      return {
        events,
        start(sample, overrides = {}) {
          const { prefix = "", maxTokens = options.maxTokens ?? 1e9, temperature } = overrides;
          asked.push({ prefix, one, temperature });
          void generate(sample, prefix, maxTokens);
        },
        cancel: (sample) => cancels.get(sample)?.abort(),
        finish() {
          finished = true;
          settle();
        },
        close,
      };
    },
  };
}
