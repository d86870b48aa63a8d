import type { AsyncQueue, Backend, GenerateOptions, Generation, Problem, SampleOverrides } from "@reckon/core";
import type { Mail } from "../mail.ts";

/** The generation calls of one search: one for single steps, one for whole rests, one more for each other problem. */
export interface SegmentCalls {
  /** Opens the call for a kind where it is not open; throws what the backend throws. */
  ensure(kind: string, problem: Problem, options: GenerateOptions): Promise<void>;
  /** Starts a generation on the open call of a kind. */
  start(kind: string, segment: number, overrides: SampleOverrides): void;
  cancel(segment: number): void;
  /** A call is gone; returns the segments that were started on it. */
  forget(call: number): readonly number[];
  /** No more generations will be started. */
  finish(): void;
  close(): void;
}

interface Call {
  readonly generation: Generation;
  readonly segments: Set<number>;
}

/** Creates the calls; what they say is posted to `mail`. */
export function createSegmentCalls(thinker: Backend, mail: AsyncQueue<Mail>): SegmentCalls {
  const calls: Call[] = [];
  const current = new Map<string, Call>();
  const opening = new Map<string, Promise<void>>();
  let closed = false;

  async function pump(index: number, { generation }: Call): Promise<void> {
    try {
      for await (const event of generation.events) mail.push({ type: "generation", event });
      mail.push({ type: "generation-lost", call: index, error: undefined });
    } catch (error) {
      mail.push({ type: "generation-lost", call: index, error });
    }
  }

  async function open(kind: string, problem: Problem, options: GenerateOptions): Promise<void> {
    const generation = await thinker.open(problem, options);
    if (closed) {
      generation.close();
      return;
    }
    const call = { generation, segments: new Set<number>() };
    calls.push(call);
    current.set(kind, call);
    void pump(calls.length - 1, call);
  }

  return {
    async ensure(kind, problem, options) {
      if (current.has(kind)) return;
      const pending = opening.get(kind) ?? open(kind, problem, options).finally(() => opening.delete(kind));
      opening.set(kind, pending);
      await pending;
    },
    start(kind, segment, overrides) {
      const call = current.get(kind);
      call?.segments.add(segment);
      call?.generation.start(segment, overrides);
    },
    cancel: (segment) => calls.find((call) => call.segments.has(segment))?.generation.cancel(segment),
    forget(index) {
      const call = calls[index];
      for (const [kind, open] of current) if (open === call) current.delete(kind);
      return [...(call?.segments ?? [])];
    },
    finish() {
      for (const { generation } of calls) generation.finish();
    },
    close() {
      closed = true;
      current.clear();
      for (const { generation } of calls) generation.close();
    },
  };
}
