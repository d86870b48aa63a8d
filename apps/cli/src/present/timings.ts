import type { SolveEvent } from "@reckon/client";
import { duration } from "../view/format.ts";

/** When things happened, counted from the start of this process. */
export interface Timings {
  connected(): void;
  event(event: SolveEvent): void;
  /** `services after 0.81 s, first thought after 0.93 s`. */
  line(): string;
}

/** Starts with nothing known. */
export function createTimings(): Timings {
  let connectedMs: number | undefined;
  let thoughtMs: number | undefined;
  const when = (ms: number | undefined) => (ms === undefined ? "never" : `after ${duration(ms)}`);
  return {
    connected() {
      connectedMs ??= performance.now();
    },
    event(event) {
      if (event.type === "thought-delta") thoughtMs ??= performance.now();
    },
    line: () =>
      `services reached ${when(connectedMs)}, first thought ${when(thoughtMs)}, end ${when(performance.now())}`,
  };
}
