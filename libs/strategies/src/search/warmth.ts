/** Below this part of distinct continuations, paths are too much alike to search among. */
const COLLAPSED = 0.5;
const RISE = 0.15;
const FALL = 0.05;
const MOST = 0.6;

/** How alike the paths of one search are, and what is done about it. */
export interface Warmth {
  /** Added to the plan's temperature; in [0, 0.6]. */
  readonly extra: number;
  /** Continuations that were like another one of the same place. */
  readonly duplicates: number;
  /** Of `all` continuations that could have differed, so many did. */
  observe(distinct: number, all: number): void;
}

/** Creates the warmth of a search: it rises while fewer than half of the continuations differ, and falls slowly else. */
export function createWarmth(mayRise: boolean): Warmth {
  let extra = 0;
  let duplicates = 0;
  return {
    get extra() {
      return extra;
    },
    get duplicates() {
      return duplicates;
    },
    observe(distinct, all) {
      duplicates += all - distinct;
      if (!mayRise || all < 2) return;
      extra = distinct / all < COLLAPSED ? Math.min(MOST, extra + RISE) : Math.max(0, extra - FALL);
    },
  };
}
