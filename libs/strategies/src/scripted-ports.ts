import {
  AsyncQueue,
  type Backend,
  type Capabilities,
  type Clock,
  type GenerateOptions,
  type GenerationEvent,
  type Problem,
  type SampleEnd,
  type Scoring,
  type ScoringEvent,
  type Verdict,
  type Verifier,
} from "@reckon/core";

/** A clock for tests that jumps to the next sleeper whenever the program has nothing else to do. */
export interface VirtualClock extends Clock {
  /** Lets time pass until `stop` is called. */
  stop(): void;
}

export function createVirtualClock(): VirtualClock {
  let now = 0;
  let stopped = false;
  const sleepers: { at: number; wake: () => void }[] = [];
  const pump = () => {
    if (stopped) return;
    sleepers.sort((a, b) => a.at - b.at);
    const next = sleepers.shift();
    if (next) {
      now = Math.max(now, next.at);
      next.wake();
    }
    setImmediate(pump);
  };
  setImmediate(pump);
  return {
    nowMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        if (ms === Number.POSITIVE_INFINITY) return;
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          const place = sleepers.indexOf(sleeper);
          if (place >= 0) sleepers.splice(place, 1);
          reject(signal.reason);
        });
      }),
    stop: () => {
      stopped = true;
    },
  };
}

/** What one sample will do: a token is one character; a token takes `msPerToken`. */
export interface Script {
  readonly text: string;
  readonly msPerToken?: number;
  /** Fails after the text instead of stopping. */
  readonly fails?: { readonly retryable: boolean };
  /** Never ends, nor answers a cancel. */
  readonly hangs?: boolean;
}

export interface ScriptedBackend extends Backend {
  readonly opened: { options: GenerateOptions; closed: boolean }[];
  readonly started: number[];
  readonly maxLive: number;
  readonly live: number;
  /** Tokens really generated, by how their samples ended. */
  readonly spent: Record<SampleEnd, number>;
}

/** A backend in memory whose samples follow scripts, by sample index. */
export function createScriptedBackend(
  clock: Clock,
  scriptOf: (sample: number) => Script,
  faults: { openFailures?: number; loseCallAfter?: number; opensAfterMs?: number } = {},
): ScriptedBackend {
  const spent: Record<SampleEnd, number> = { stop: 0, length: 0, cancelled: 0, pruned: 0, failed: 0 };
  const opened: { options: GenerateOptions; closed: boolean }[] = [];
  const started: number[] = [];
  let live = 0;
  let maxLive = 0;
  let failures = faults.openFailures ?? 0;
  return {
    name: "scripted",
    spent,
    opened,
    started,
    get live() {
      return live;
    },
    get maxLive() {
      return maxLive;
    },
    listModels: async () => [],
    load: async () => ({
      liveSamples: live,
      queuedSamples: 0,
      outputTokens: 0,
      cancelledTokens: 0,
      prefilledTokens: 0,
    }),
    close: async () => undefined,
    async open(_problem: Problem, options: GenerateOptions) {
      if (faults.opensAfterMs !== undefined) await clock.sleep(faults.opensAfterMs);
      if (failures > 0) {
        failures -= 1;
        throw new Error("the scripted backend does not open");
      }
      const call = { options, closed: false };
      opened.push(call);
      const cancels = new Map<number, AbortController>();
      let finished = false;
      let calls = 0;
      const close = () => {
        if (call.closed) return;
        call.closed = true;
        for (const cancel of cancels.values()) cancel.abort();
      };
      const events = new AsyncQueue<GenerationEvent>(close);
      const settle = () => {
        if (finished && cancels.size === 0) events.end();
      };
      const generate = async (sample: number) => {
        const script = scriptOf(sample);
        const cancel = new AbortController();
        cancels.set(sample, cancel);
        live += 1;
        maxLive = Math.max(maxLive, live);
        events.push({ type: "sample-started", sample });
        let tokens = 0;
        let reason: SampleEnd = "stop";
        try {
          for (const text of script.text) {
            if (tokens >= (options.maxTokens ?? Number.POSITIVE_INFINITY)) {
              reason = "length";
              break;
            }
            await clock.sleep(script.msPerToken ?? 1, cancel.signal);
            tokens += 1;
            events.push({ type: "token-delta", sample, text, tokens: 1 });
          }
          if (script.hangs) await new Promise(() => undefined);
          if (script.fails) reason = "failed";
        } catch {
          // Only a cancel ends a sleep early.
          reason = "cancelled";
        }
        live -= 1;
        spent[reason] += tokens;
        cancels.delete(sample);
        events.push({
          type: "sample-ended",
          sample,
          reason,
          usage: { promptTokens: 10, cachedPromptTokens: calls > 0 ? 10 : 0, outputTokens: tokens },
          failure: reason === "failed" ? "scripted failure" : undefined,
          retryable: script.fails?.retryable,
        });
        calls += 1;
        if (faults.loseCallAfter !== undefined && calls === faults.loseCallAfter) {
          events.fail(new Error("the scripted call broke"));
          faults.loseCallAfter = undefined;
          close();
        }
        settle();
      };
      return {
        events,
        start: (sample) => {
          started.push(sample);
          void generate(sample);
        },
        cancel: (sample) => {
          if (!scriptOf(sample).hangs) cancels.get(sample)?.abort();
        },
        finish: () => {
          finished = true;
          settle();
        },
        close,
      };
    },
  };
}

/** A verifier in memory: verdicts by a function of the step's text; `undefined` never answers, `saysAfter` asks, all at once. */
export function createScriptedVerifier(
  verdictsOf: (text: string, of: "step" | "answer") => Verdict[] | undefined,
  faults: { openFails?: boolean; breaksAfter?: number; saysAfter?: number } = {},
): Verifier & { readonly calls: { closed: boolean }[] } {
  const calls: { closed: boolean }[] = [];
  return {
    names: ["prm"],
    calls,
    async open(): Promise<Scoring> {
      if (faults.openFails) throw new Error("the scripted verifier does not open");
      const state = { closed: false };
      calls.push(state);
      let answered = 0;
      const held: ScoringEvent[] = [];
      const close = () => {
        state.closed = true;
      };
      const events = new AsyncQueue<ScoringEvent>(close);
      const say = (text: string, of: "step" | "answer", event: (verdicts: Verdict[]) => ScoringEvent) => {
        const verdicts = verdictsOf(text, of);
        if (verdicts === undefined || state.closed) return;
        answered += 1;
        if (answered === faults.breaksAfter) return events.fail(new Error("the scripted verifier broke"));
        held.push(event(verdicts));
        if (answered < (faults.saysAfter ?? 0)) return;
        for (const one of held.splice(0).sort((a, b) => a.sample - b.sample)) events.push(one);
      };
      return {
        events,
        step: (sample, step, text) =>
          say(text, "step", (verdicts) => ({ type: "step-verdicts", sample, step, verdicts, verifierTokens: 1 })),
        answer: (sample, text) =>
          say(text, "answer", (verdicts) => ({ type: "answer-verdicts", sample, verdicts, verifierTokens: 1 })),
        drop: () => undefined,
        finish: () => undefined,
        close,
      };
    },
  };
}

export const fullCapabilities: Capabilities = {
  logprobs: false,
  n: true,
  abort: true,
  continueFromPrefix: true,
  seed: true,
  processReward: true,
  policies: ["baseline"],
};
