import {
  type Backend,
  type GenerateOptions,
  type Generation,
  type GenerationEvent,
  type Problem,
  ReckonError,
  type SampleOverrides,
} from "@reckon/core";
import type { Replica } from "./replica.ts";

/** News of one sample of one replica. */
export type Sink = (event: GenerationEvent) => void;

/** A running sample on a replica. */
export interface LaneSample {
  cancel(): void;
}

/** The calls of one routed call to replicas: samples on the same replica share a call there, and so their prefill. */
export interface Lanes {
  /** Opens the call to a replica, if it is not open. Throws what its `open` throws. */
  open(replica: Replica, model: string): Promise<void>;
  /** Starts a sample there; its news go to the sink, the last one is `sample-ended`. Throws what `start` throws. */
  start(replica: Replica, model: string, sample: number, overrides: SampleOverrides, sink: Sink): Promise<LaneSample>;
  /** Nothing will be started any more; calls end with their samples. */
  finish(): void;
  close(): void;
}

interface Lane {
  readonly generation: Generation;
  readonly sinks: Map<number, Sink>;
  readonly used: Set<number>;
  /** Nothing comes from it any more. */
  ended: boolean;
}

/** No calls yet. */
export function createLanes(problem: Problem, options: GenerateOptions): Lanes {
  const byReplica = new Map<Replica, Map<string, Promise<Lane>[]>>();
  let isFinished = false;

  const openLane = async (backend: Backend, model: string): Promise<Lane> => {
    const generation = await backend.open(problem, { ...options, model });
    const lane: Lane = { generation, sinks: new Map(), used: new Set(), ended: false };
    void pump(lane);
    return lane;
  };

  const lanesOf = (replica: Replica, model: string): Promise<Lane>[] => {
    const byModel = byReplica.get(replica) ?? new Map<string, Promise<Lane>[]>();
    byReplica.set(replica, byModel);
    const lanes = byModel.get(model) ?? [];
    byModel.set(model, lanes);
    return lanes;
  };

  /** A lane in which the index is free: an index is used once a call, and a retry keeps its sample's index, and so its seed. */
  const laneFor = async (replica: Replica, model: string, sample: number | undefined): Promise<Lane> => {
    const lanes = lanesOf(replica, model);
    for (const opening of [...lanes]) {
      const lane = await opening.catch(() => undefined);
      if (lane !== undefined && !lane.ended && (sample === undefined || !lane.used.has(sample))) return lane;
    }
    const opening = openLane(replica.backend, model);
    lanes.push(opening);
    opening.catch(() => lanes.splice(lanes.indexOf(opening), 1));
    return opening;
  };

  const forAll = (what: (lane: Lane) => void) => {
    for (const byModel of byReplica.values()) {
      for (const lanes of byModel.values()) {
        for (const opening of [...lanes]) opening.then(what, () => undefined);
      }
    }
  };

  return {
    open: async (replica, model) => {
      await laneFor(replica, model, undefined);
    },
    async start(replica, model, sample, overrides, sink) {
      const lane = await laneFor(replica, model, sample);
      lane.used.add(sample);
      lane.sinks.set(sample, sink);
      try {
        lane.generation.start(sample, overrides);
      } catch (error) {
        lane.sinks.delete(sample);
        throw error;
      }
      return { cancel: () => lane.generation.cancel(sample) };
    },
    finish() {
      if (isFinished) return;
      isFinished = true;
      // All samples have ended when a routed call finishes its lanes, so this ends them.
      forAll((lane) => lane.generation.finish());
    },
    close() {
      isFinished = true;
      forAll((lane) => lane.generation.close());
    },
  };
}

/** Hands out the events of a lane; what had not ended when they end has failed. */
async function pump(lane: Lane): Promise<void> {
  let why: ReckonError | undefined;
  try {
    for await (const event of lane.generation.events) {
      const sink = lane.sinks.get(event.sample);
      if (event.type === "sample-ended") lane.sinks.delete(event.sample);
      sink?.(event);
    }
  } catch (error) {
    why = ReckonError.from(error);
  }
  lane.ended = true;
  const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 };
  for (const [sample, sink] of lane.sinks) {
    why ??= new ReckonError("unavailable", "the backend ended the call before the sample");
    const { message: failure, retryable, code: failureCode } = why;
    sink({ type: "sample-ended", sample, reason: "failed", usage, failure, retryable, failureCode });
  }
  lane.sinks.clear();
}
