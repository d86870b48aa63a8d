import {
  AsyncQueue,
  type Backend,
  type BackendLoad,
  type Generation,
  type GenerationEvent,
  type Model,
  ReckonError,
  type SampleEnd,
} from "@reckon/core";

/** What a scripted backend generates, and where it breaks. */
export interface ScriptedBackendOptions {
  /** Tokens of a sample. Default: for ever, one `x` after the other. */
  readonly tokens?: (sample: number) => readonly string[];
  /** Time between tokens. Default 1 ms. */
  readonly tokenMs?: number;
  /** Samples that fail after their first token. Default none. */
  readonly failing?: (sample: number) => boolean;
  /** Default: one model that can do everything. */
  readonly models?: readonly Model[];
  /** Thrown by `open`. */
  readonly openError?: ReckonError;
}

/** A backend of a test: what it says is written down, and everything it does can be seen. */
export interface ScriptedBackend extends Backend {
  /** Samples that are being generated now. */
  readonly liveSamples: number;
  /** Generations that were opened and not closed. */
  readonly openGenerations: number;
  readonly totals: Omit<BackendLoad, "liveSamples" | "queuedSamples">;
}

const model: Model = {
  id: "scripted",
  backend: "scripted",
  capabilities: {
    logprobs: true,
    n: true,
    abort: true,
    continueFromPrefix: true,
    seed: true,
    processReward: false,
    policies: ["baseline"],
  },
  contextLength: 4_096,
  parameters: undefined,
};
const promptTokens = 3;

/** A backend that follows a script; keeps the contract of `Backend`, with exact token counts also for cancelled samples. */
export function createScriptedBackend(options: ScriptedBackendOptions = {}): ScriptedBackend {
  const { tokens = () => undefined, tokenMs = 1, failing = () => false, models = [model] } = options;
  const open = new Set<object>();
  const live = new Set<object>();
  const totals = { outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 };

  const openGeneration = (): Generation => {
    const generation = {};
    open.add(generation);
    totals.prefilledTokens += promptTokens;
    const used = new Set<number>();
    const enders = new Map<number, (reason: SampleEnd) => void>();
    let finished = false;
    const close = () => {
      finished = true;
      for (const end of [...enders.values()]) end("cancelled");
      open.delete(generation);
      events.end();
    };
    const events = new AsyncQueue<GenerationEvent>(close);
    const start = (sample: number) => {
      if (used.has(sample))
        throw new ReckonError("invalid-argument", `sample ${sample} was started before in this call`);
      used.add(sample);
      const script = tokens(sample);
      const self = {};
      let produced = 0;
      live.add(self);
      const end = (reason: SampleEnd) => {
        clearInterval(timer);
        enders.delete(sample);
        live.delete(self);
        if (reason === "cancelled") totals.cancelledTokens += produced;
        const usage = { promptTokens, cachedPromptTokens: used.size > 1 ? promptTokens : 0, outputTokens: produced };
        const failure = reason === "failed" ? { failure: "the script says so", retryable: true } : {};
        events.push({ type: "sample-ended", sample, reason, usage, ...failure });
        if (finished && enders.size === 0) events.end();
      };
      const timer = setInterval(() => {
        if (produced > 0 && failing(sample)) return end("failed");
        const text = script === undefined ? "x" : script[produced];
        if (text === undefined) return end("stop");
        produced += 1;
        totals.outputTokens += 1;
        events.push({ type: "token-delta", sample, text, tokens: 1 });
      }, tokenMs);
      enders.set(sample, end);
      events.push({ type: "sample-started", sample });
    };
    return {
      events,
      start,
      cancel: (sample) => enders.get(sample)?.("cancelled"),
      finish() {
        finished = true;
        if (enders.size === 0) events.end();
      },
      close,
    };
  };
  return {
    name: "scripted",
    listModels: async () => models,
    async open() {
      if (options.openError !== undefined) throw options.openError;
      return openGeneration();
    },
    load: async () => ({ liveSamples: live.size, queuedSamples: 0, ...totals }),
    close: async () => {},
    get liveSamples() {
      return live.size;
    },
    get openGenerations() {
      return open.size;
    },
    totals,
  };
}
