import { AsyncQueue, type Generation, type GenerationEvent, ReckonError, type SampleOverrides } from "@reckon/core";

/** What a generation asks of the engine; keys stand for samples. */
export interface GenerationPort {
  start(sample: number, overrides: SampleOverrides, sink: (event: GenerationEvent) => void): number;
  cancel(keys: readonly number[]): void;
}

/** A call's state on the main thread: which samples it has, and its events. */
export function createGeneration(port: GenerationPort): Generation {
  const keys = new Map<number, number>();
  const used = new Set<number>();
  let state: "open" | "finished" | "closed" = "open";
  const events = new AsyncQueue<GenerationEvent>(() => close());

  const settle = (): void => {
    if (state !== "open" && keys.size === 0) events.end();
  };
  const close = (): void => {
    state = "closed";
    if (keys.size > 0) port.cancel([...keys.values()]);
    settle();
  };
  return {
    events,
    start(sample, overrides = {}) {
      if (state !== "open") throw new ReckonError("failed-precondition", `sample ${sample}: the call is ${state}`);
      if (used.has(sample)) {
        const description = `index ${sample} was used before in this call`;
        throw new ReckonError("invalid-argument", `sample: ${description}`, {
          violations: [{ field: "sample", description }],
        });
      }
      const key = port.start(sample, overrides, (event) => {
        events.push(event);
        if (event.type !== "sample-ended") return;
        keys.delete(sample);
        settle();
      });
      used.add(sample);
      keys.set(sample, key);
    },
    cancel(sample) {
      const key = keys.get(sample);
      if (key !== undefined) port.cancel([key]);
    },
    finish() {
      if (state === "open") state = "finished";
      settle();
    },
    close,
  };
}
