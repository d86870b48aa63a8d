/**
 * When a solve must have its answer on the way, on the clock of `performance.now()`; `Infinity` where nothing says so. The
 * time that the client allows for thinking counts from the request's arrival. For the deadline of its call a margin is kept,
 * a tenth of the time and at most a quarter of a second: its clock began to run before the request arrived, and the answer
 * travels too.
 */
export function answerAtMs(
  arrivedAtMs: number,
  timeoutMs: number | undefined,
  callDeadlineAtMs: number | undefined,
): number {
  const byTimeout = arrivedAtMs + (timeoutMs ?? Number.POSITIVE_INFINITY);
  if (callDeadlineAtMs === undefined) return byTimeout;
  const margin = Math.min(250, Math.max(0, callDeadlineAtMs - arrivedAtMs) / 10);
  return Math.min(byTimeout, callDeadlineAtMs - margin);
}
