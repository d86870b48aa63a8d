import { randomInt } from "node:crypto";
import { type BackendLoad, type Generation, ReckonError } from "@reckon/core";
import { assertGenerateOptions, assertSampleOverrides, type EngineGenerateOptions } from "../generate-settings.ts";
import { type PromptFormat, promptTokens, withPrefix } from "../prompt-tokens.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { createGeneration } from "./generation.ts";
import { type CallPlace, type Lane, startLanes } from "./lanes.ts";
import type { DecodeWorkerData, SampleSettings } from "./protocol.ts";
import { deriveSeed } from "./random.ts";

/** The main thread's side of decoding. */
export interface DecodeClient {
  open(prompt: string, options: EngineGenerateOptions): Generation;
  load(): BackendLoad;
  close(): Promise<void>;
  /** Ends a worker as a crash would; for tests. */
  crash(lane: number): Promise<void>;
}

/** What the decoding workers are started with. */
export interface DecodeClientOptions {
  readonly tokenizer: Tokenizer;
  readonly format: PromptFormat;
  /** Decoding workers. */
  readonly lanes: number;
  readonly worker: DecodeWorkerData;
}

/** Starts the decoding workers. */
export async function createDecodeClient(options: DecodeClientOptions): Promise<DecodeClient> {
  const { tokenizer, format, worker } = options;
  const tokenTexts = worker.tokenBytes.map((bytes) => Buffer.from(bytes).toString("utf8"));
  const counters = { queued: 0, outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 };
  const lanes = await startLanes({ count: options.lanes, worker, counters, tokenTexts });
  let nextKey = 0;
  let nextCall = 0;

  const cancel = (keys: readonly number[]): void => {
    for (const { host, entries } of lanes.all) {
      const here = keys.filter((key) => entries.has(key));
      if (here.length > 0) host.release({ type: "cancel", keys: here });
    }
  };

  const open = (prompt: string, generate: EngineGenerateOptions): Generation => {
    assertGenerateOptions(generate);
    const base = promptTokens(prompt, tokenizer, format);
    const trunk = withPrefix(base, generate.prefix ?? "", tokenizer, format);
    const seed = generate.seed ?? randomInt(2 ** 48 - 1);
    const place: CallPlace = { call: nextCall++, prompt: base, home: undefined, supplied: new Set() };
    return createGeneration({
      start(sample, overrides, sink) {
        assertSampleOverrides(sample, overrides);
        const { prefix, temperature = generate.temperature ?? 1, maxTokens = generate.maxTokens } = overrides;
        const tokens = prefix === undefined ? trunk : withPrefix(base, prefix, tokenizer, format);
        const room = format.contextLength - tokens.length;
        const settings = settingsOf({ ...generate, maxTokens }, temperature, deriveSeed(seed, sample), room);
        const lane = lanes.place(place);
        const key = nextKey++;
        lane.host.post({ type: "start", key, call: place.call, tokens, promptLength: base.length, settings });
        lane.host.hold(true);
        const { logprobs, topLogprobs } = settings;
        lane.entries.set(key, { sample, sink, logprobs, topLogprobs, queued: true, outputTokens: 0 });
        counters.queued += 1;
        return key;
      },
      cancel,
    });
  };

  return {
    open,
    load() {
      const { queued: queuedSamples, ...tokens } = counters;
      const samples = lanes.all.reduce((sum, lane) => sum + lane.entries.size, 0);
      return { liveSamples: samples - queuedSamples, queuedSamples, ...tokens };
    },
    async close() {
      await Promise.all(lanes.all.map((lane) => lane.host.close({ type: "shutdown" })));
      for (const lane of lanes.all) lane.failAll(new ReckonError("unavailable", "the engine was closed"));
    },
    crash: (lane) => (lanes.all[lane] as Lane).host.crash(),
  };
}

function settingsOf(
  options: EngineGenerateOptions,
  temperature: number,
  seed: Uint32Array,
  room: number,
): SampleSettings {
  const { topP = 1, topK = 0, stop = [], minTokens = 0, maxTokens = room, logprobs = false, topLogprobs = 0 } = options;
  const most = Math.min(maxTokens, room);
  return { temperature, topP, topK, seed, stop, minTokens, maxTokens: most, logprobs, topLogprobs };
}
