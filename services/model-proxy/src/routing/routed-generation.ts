import { AsyncQueue, type Generation, type GenerationEvent, ReckonError, type SampleOverrides } from "@reckon/core";
import type { CallContext } from "./call-context.ts";
import type { CachedSample } from "./response-cache.ts";
import { RoutedSample } from "./routed-sample.ts";

/** What a routed call does with the response cache. */
export interface SampleCache {
  /** A sample that is known already. */
  find(sample: number, overrides: SampleOverrides): CachedSample | undefined;
  /** Collects what becomes of a sample that is not; `undefined` where it is not to be kept. */
  record(sample: number, overrides: SampleOverrides): ((event: GenerationEvent) => void) | undefined;
}

/** What a routed call is made of. */
export interface RoutedGenerationOptions {
  readonly call: Omit<CallContext, "emit">;
  readonly cache: SampleCache | undefined;
  /** A sample began (1) or ended (-1). */
  readonly onLive: (change: 1 | -1) => void;
  /** The call has ended. */
  readonly onEnd: () => void;
}

const nothing = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };

/** A call whose samples each find their own way. */
export function createRoutedGeneration({ call, cache, onLive, onEnd }: RoutedGenerationOptions): Generation {
  const samples = new Map<number, RoutedSample | undefined>();
  const recorders = new Map<number, (event: GenerationEvent) => void>();
  let live = 0;
  let isFinished = false;
  let isOver = false;

  const endIfDone = () => {
    if (!isFinished || live > 0 || isOver) return;
    isOver = true;
    call.lanes.finish();
    queue.end();
    onEnd();
  };
  const emit = (event: GenerationEvent) => {
    recorders.get(event.sample)?.(event);
    queue.push(event);
    if (event.type !== "sample-ended") return;
    recorders.delete(event.sample);
    live -= 1;
    onLive(-1);
    endIfDone();
  };
  const finish = () => {
    isFinished = true;
    endIfDone();
  };
  const close = () => {
    for (const sample of samples.values()) sample?.cancel();
    finish();
    call.lanes.close();
  };
  const queue = new AsyncQueue<GenerationEvent>(close);
  const context: CallContext = { ...call, emit };

  const replay = (sample: number, { deltas, reason }: CachedSample) => {
    emit({ type: "sample-started", sample });
    for (const delta of deltas) emit({ ...delta, sample });
    const route = { backend: "cache", replica: "", attempts: 0, costUsd: 0, notes: ["from the response cache"] };
    emit({ type: "sample-ended", sample, reason, usage: nothing, route });
  };

  return {
    events: queue,
    start(sample: number, overrides: SampleOverrides = {}) {
      if (isFinished)
        throw new ReckonError("failed-precondition", `sample ${sample} cannot start: the call was finished`);
      if (samples.has(sample))
        throw new ReckonError("invalid-argument", `sample ${sample} was started before in this call`);
      if (overrides.prefix && !call.candidates.some(({ model }) => model.capabilities.continueFromPrefix)) {
        const named = call.candidates.map(({ pool }) => pool.name).join(", ");
        throw new ReckonError("failed-precondition", `backend ${named} cannot continue from a prefix`);
      }
      live += 1;
      onLive(1);
      const known = cache?.find(sample, overrides);
      if (known !== undefined) {
        samples.set(sample, undefined);
        replay(sample, known);
        return;
      }
      const recorder = cache?.record(sample, overrides);
      if (recorder !== undefined) recorders.set(sample, recorder);
      const routed = new RoutedSample(sample, overrides, context);
      samples.set(sample, routed);
      routed.start();
    },
    cancel: (sample) => samples.get(sample)?.cancel(),
    finish,
    close,
  };
}
