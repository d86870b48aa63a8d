import { AsyncQueue, type Generation, type GenerationEvent } from "@reckon/core";
import type { StubSample, StubSamples } from "./stub-samples.ts";

/** One call to a stub; `create` makes the sample of an index, told how to report. */
export function createStubGeneration(
  samples: StubSamples,
  create: (index: number, emit: (event: GenerationEvent) => void) => StubSample,
): Generation {
  const own = new Map<number, StubSample>();
  let open = 0;
  let finished = false;
  const settle = (): void => {
    if (finished && open === 0) events.end();
  };
  const close = (): void => {
    finished = true;
    for (const sample of own.values()) samples.cancel(sample);
    settle();
  };
  const events = new AsyncQueue<GenerationEvent>(close);
  const emit = (event: GenerationEvent): void => {
    events.push(event);
    if (event.type !== "sample-ended") return;
    open -= 1;
    settle();
  };
  return {
    events,
    start(index) {
      const sample = create(index, emit);
      own.set(index, sample);
      open += 1;
      events.push({ type: "sample-started", sample: index });
      samples.begin(sample);
    },
    cancel(index) {
      const sample = own.get(index);
      if (sample !== undefined) samples.cancel(sample);
    },
    finish() {
      finished = true;
      settle();
    },
    close,
  };
}
