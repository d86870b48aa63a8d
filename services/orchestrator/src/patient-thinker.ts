import type { Backend, Clock, ReckonError } from "@reckon/core";
import { type RetryOptions, retry } from "@reckon/resilience";
import { currentCall } from "@reckon/rpc";

/** A model proxy that is restarted is back well before this: 8 waits of 0.1 s doubling to 1 s, half of that on average. */
const patience = { retries: 8, baseMs: 100, maxMs: 1_000 };

/**
 * The backend, waited for while it is away: what fails as `unavailable` before anything was generated is tried again for
 * some seconds (at most 5.5, on average half of that), so that a restart of the model proxy costs time and no answers. The
 * deadline and the end of the call being served end the waiting.
 */
export function patientThinker(thinker: Backend, clock: Clock, waits: Partial<RetryOptions> = {}): Backend {
  const wait = <T>(ask: () => Promise<T>): Promise<T> => {
    const signal = currentCall()?.signal;
    const isAway = ({ code }: ReckonError) => code === "unavailable";
    return retry(ask, { ...patience, clock, isWorthIt: isAway, ...(signal && { signal }), ...waits });
  };
  return {
    name: thinker.name,
    listModels: () => wait(() => thinker.listModels()),
    open: (problem, options) => wait(() => thinker.open(problem, options)),
    load: () => thinker.load(),
    close: () => thinker.close(),
  };
}
