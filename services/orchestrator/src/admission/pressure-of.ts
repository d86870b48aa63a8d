import type { Priority } from "@reckon/core";
import { type Pressure, pressures } from "@reckon/planning";

/** What pressure is read from. */
export interface PressureSigns {
  /** Solves that wait to begin. */
  readonly waiting: number;
  /** The most that may wait. */
  readonly maxWaiting: number;
  /** The most that think at once. */
  readonly maxThinking: number;
  /** Samples that wait at the models, for each that is generated there. */
  readonly backlog: number;
}

// Of the queue that may be full before somebody is refused.
const highQueue = 0.1;
const severeQueue = 0.5;
// So many rounds of those who think have to end before the last one that waits begins.
const highTurns = 1;
const severeTurns = 4;
// A sample that waits this many turns at the models is late, or very late.
const highBacklog = 2;
const severeBacklog = 8;

/**
 * How hard it is to serve everybody, by the worst of three signs: `high` from a tenth of the queue, as many who wait as think,
 * or 2 waiting samples for each that runs; `severe` from half of the queue, 4 times as many, or 8. Who is of low priority feels one degree more as soon as there is any
 * pressure, who is of high priority one less.
 */
export function pressureOf(signs: PressureSigns, priority: Priority): Pressure {
  const { waiting, maxWaiting, maxThinking, backlog } = signs;
  const queue = maxWaiting > 0 ? waiting / maxWaiting : 0;
  const degree = Math.max(
    degreeOf(queue, highQueue, severeQueue),
    degreeOf(waiting / maxThinking, highTurns, severeTurns),
    degreeOf(backlog, highBacklog, severeBacklog),
  );
  const shift = degree === 0 ? 0 : { low: 1, normal: 0, high: -1 }[priority];
  return pressures[Math.min(degree + shift, pressures.length - 1)] as Pressure;
}

function degreeOf(value: number, high: number, severe: number): number {
  if (value >= severe) return 2;
  return value >= high ? 1 : 0;
}
