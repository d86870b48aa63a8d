import { loadConfig } from "@reckon/config";
import {
  AsyncQueue,
  type Backend,
  type Clock,
  type GenerateOptions,
  type Generation,
  type GenerationEvent,
  type Model,
  problemFromPrompt,
  type ReckonErrorCode,
  type SampleOverrides,
} from "@reckon/core";
import { poolSettingsOf } from "./pool-settings.ts";
import { createRouter, type Router, type RouterOptions } from "./router.ts";
import { noNews, type RoutingNews } from "./routing-news.ts";
import { routingSettingsOf } from "./routing-settings.ts";

/** A clock that the test moves. */
export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>;
}

/** What a replica does next for a sample. */
export type Step =
  | { readonly text: string }
  | { readonly fail: ReckonErrorCode; readonly retryable?: boolean; readonly retryAfterMs?: number }
  | { readonly waitMs: number };

/** A request that a replica got. */
export interface SeenRequest {
  readonly replica: string;
  readonly sample: number;
  readonly overrides: SampleOverrides;
  readonly options: GenerateOptions;
  readonly atMs: number;
}

/** Says what a replica does with a request; the end of the steps is a good end. */
export type Script = (request: SeenRequest) => readonly Step[];

/** A router over replicas that follow a script, on a fake clock. */
export interface ScriptedPools {
  readonly router: Router;
  readonly clock: FakeClock;
  readonly requests: SeenRequest[];
  readonly news: string[];
  readonly warnings: string[];
  /** Generates samples to their end, letting time pass. */
  generate(samples: number, options?: GenerateOptions, overrides?: SampleOverrides): Promise<GenerationEvent[]>;
  /** Lets time pass until a promise has settled. */
  drive<T>(promise: Promise<T>): Promise<T>;
}

const promptTokens = 10;

/** Makes pools of a configuration whose replicas follow `script`; each serves `models`. */
export function scriptPools(
  clock: FakeClock,
  sections: Record<string, unknown>,
  script: Script,
  more: { models?: (pool: string) => readonly Partial<Model>[]; options?: Partial<RouterOptions> } = {},
): ScriptedPools {
  const requests: SeenRequest[] = [];
  const news: string[] = [];
  const warnings: string[] = [];
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags: sections });
  const router = createRouter({
    pools: poolSettingsOf(config),
    routing: { ...routingSettingsOf(config) },
    clock,
    news: recordedNews(news),
    warn: (message) => warnings.push(message),
    makeBackend: (pool, url) => {
      const models = () => more.models?.(pool.name) ?? [{}];
      return replica(url === undefined ? pool.name : new URL(url).host, pool.name, models, clock, script, requests);
    },
    ...more.options,
  });
  const drive = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    for (let i = 0; !settled && i < 5_000; i += 1) await clock.advance(50);
    return promise;
  };
  const generate = async (samples: number, options: GenerateOptions = {}, overrides: SampleOverrides = {}) => {
    const generation = await drive(router.open(problemFromPrompt("What is 2 + 2?"), options));
    for (let i = 0; i < samples; i += 1) generation.start(i, overrides);
    generation.finish();
    return drive(Array.fromAsync(generation.events));
  };
  return { router, clock, requests, news, warnings, generate, drive };
}

function recordedNews(news: string[]): RoutingNews {
  return {
    ...noNews,
    breakerChanged: (_pool, name, state) => news.push(`${name} ${state}`),
    attemptEnded: (_pool, name, kind, end) => news.push(`${kind} on ${name}: ${end}`),
    cacheAsked: (isHit) => news.push(isHit ? "hit" : "miss"),
  };
}

function modelOf(pool: string, partial: Partial<Model>): Model {
  const { capabilities, ...rest } = partial;
  return {
    id: `${pool}-model`,
    backend: pool,
    contextLength: 4_096,
    parameters: undefined,
    ...rest,
    capabilities: {
      logprobs: true,
      n: false,
      abort: true,
      continueFromPrefix: true,
      seed: true,
      processReward: false,
      policies: ["baseline"],
      ...capabilities,
    },
  };
}

function replica(
  name: string,
  pool: string,
  models: () => readonly Partial<Model>[],
  clock: FakeClock,
  script: Script,
  requests: SeenRequest[],
): Backend {
  let live = 0;
  const run = async (request: SeenRequest, signal: AbortSignal, emit: (event: GenerationEvent) => void) => {
    const { sample } = request;
    let outputTokens = 0;
    let refused = false;
    const ended = (more: object) => {
      const usage = refused
        ? { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 }
        : { promptTokens, cachedPromptTokens: 0, outputTokens };
      live -= 1;
      emit({ type: "sample-ended", sample, usage, reason: "failed", ...more } as GenerationEvent);
    };
    live += 1;
    emit({ type: "sample-started", sample });
    const limit = request.overrides.maxTokens ?? request.options.maxTokens ?? Number.POSITIVE_INFINITY;
    for (const step of script(request)) {
      if (signal.aborted) return ended({ reason: "cancelled" });
      if ("waitMs" in step) await clock.sleep(step.waitMs, signal).catch(() => undefined);
      else if ("fail" in step) {
        refused = outputTokens === 0;
        const { fail, retryable = true, retryAfterMs } = step;
        return ended({
          failure: `${name} says no`,
          failureCode: fail,
          retryable,
          ...(retryAfterMs && { retryAfterMs }),
        });
      } else if (outputTokens >= limit) return ended({ reason: "length" });
      else {
        outputTokens += 1;
        emit({ type: "token-delta", sample, text: step.text, tokens: 1 });
        await Promise.resolve();
      }
    }
    return ended({ reason: signal.aborted ? "cancelled" : "stop" });
  };
  return {
    name,
    listModels: async () => models().map((partial) => modelOf(pool, partial)),
    async open(_problem, options): Promise<Generation> {
      const queue = new AsyncQueue<GenerationEvent>();
      const controllers = new Map<number, AbortController>();
      return {
        events: queue,
        start(sample, overrides = {}) {
          if (controllers.has(sample)) throw new Error(`${sample} was used`);
          const controller = new AbortController();
          controllers.set(sample, controller);
          const request = { replica: name, sample, overrides, options, atMs: clock.nowMs() };
          requests.push(request);
          void run(request, controller.signal, (event) => queue.push(event));
        },
        cancel: (sample) => controllers.get(sample)?.abort(),
        finish: () => queue.end(),
        close: () => {
          for (const controller of controllers.values()) controller.abort();
        },
      };
    },
    load: async () => ({
      liveSamples: live,
      queuedSamples: 0,
      outputTokens: 0,
      cancelledTokens: 0,
      prefilledTokens: 0,
    }),
    close: async () => undefined,
  };
}

/** How samples ended. */
export const endsOf = (events: readonly GenerationEvent[]) => events.filter((event) => event.type === "sample-ended");

/** The text of a sample. */
export const textOf = (events: readonly GenerationEvent[], sample = 0) =>
  events.map((event) => (event.type === "token-delta" && event.sample === sample ? event.text : "")).join("");

/** Steps of a text, one word a token. */
export const say = (text: string): Step[] => (text.match(/\s*\S+/g) ?? []).map((word) => ({ text: word }));
