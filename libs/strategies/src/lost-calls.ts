/** The faults of a backend in one solve, and how much may be made up for. */
export interface LostCalls {
  /** Samples that may be started beyond the plan's N, in place of failed ones. */
  readonly replacements: number;
  /** Whether anything failed that may go well another time. */
  readonly mayPass: boolean;
  /** Why the last call was lost. */
  readonly failure: string | undefined;
  /** Samples failed in a way that another may not. */
  replace(count: number): void;
  /** A call is gone; returns whether another may be opened. */
  lose(failure: string): boolean;
}

/** Allows for `maxRetries` replaced samples and as many calls that are opened again. */
export function createLostCalls(maxRetries: number): LostCalls {
  let replacements = 0;
  let lost = 0;
  let mayPass = false;
  let failure: string | undefined;
  return {
    get replacements() {
      return replacements;
    },
    get mayPass() {
      return mayPass;
    },
    get failure() {
      return failure;
    },
    replace(count) {
      mayPass ||= count > 0;
      replacements = Math.min(maxRetries, replacements + count);
    },
    lose(why) {
      failure = why;
      lost += 1;
      return lost <= maxRetries;
    },
  };
}
