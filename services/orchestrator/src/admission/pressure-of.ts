import type { Priority } from "@reckon/core";
import { type Pressure, pressures } from "@reckon/planning";

/** What pressure is read from. */
export interface PressureSigns {
  /** Solves that wait to begin. */
  readonly waiting: number;
  /** The most that may wait. */
  readonly maxWaiting: number;
  /** Samples that wait at the models, for each that is generated there. */
  readonly backlog: number;
}

// Of the queue that may be full before somebody is refused.
const highQueue = 0.1;
const severeQueue = 0.5;
// A sample that waits this many turns at the models is late, or very late.
const highBacklog = 2;
const severeBacklog = 8;

/**
 * How hard it is to serve everybody, by the worse of two signs: `high` from a tenth of the queue or 2 waiting samples for
 * each that runs, `severe` from half of the queue or 8. Who is of low priority feels one degree more as soon as there is any
 * pressure, who is of high priority one less.
 */
export function pressureOf({ waiting, maxWaiting, backlog }: PressureSigns, priority: Priority): Pressure {
  const queue = maxWaiting > 0 ? waiting / maxWaiting : 0;
  const degree = Math.max(degreeOf(queue, highQueue, severeQueue), degreeOf(backlog, highBacklog, severeBacklog));
  const shift = degree === 0 ? 0 : { low: 1, normal: 0, high: -1 }[priority];
  return pressures[Math.min(degree + shift, pressures.length - 1)] as Pressure;
}

function degreeOf(value: number, high: number, severe: number): number {
  if (value >= severe) return 2;
  return value >= high ? 1 : 0;
}
