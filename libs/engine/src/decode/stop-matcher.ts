/** Looks for stop texts in a text that grows, and holds back what may still become one. */
export interface StopMatcher {
  /** Text that is certain not to belong to a stop text; `stopped` is true when one was found (all after it is dropped). */
  push(text: string): { readonly text: string; readonly stopped: boolean };
  /** What was held back, when no more text comes. */
  end(): string;
}

/** Creates a matcher; the stop text that begins first wins. `undefined` where there is nothing to look for. */
export function createStopMatcher(stops: readonly string[]): StopMatcher | undefined {
  if (stops.length === 0) return undefined;
  let held = "";
  return {
    push(text) {
      held += text;
      let at = -1;
      for (const stop of stops) {
        const found = held.indexOf(stop);
        if (found >= 0 && (at < 0 || found < at)) at = found;
      }
      const keep = at < 0 ? longestOverlap(held, stops) : held.length - at;
      const sure = held.slice(0, held.length - keep);
      held = at < 0 ? held.slice(held.length - keep) : "";
      return { text: sure, stopped: at >= 0 };
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/** Length of the longest end of `text` that is a beginning of a stop text. */
function longestOverlap(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let n = Math.min(stop.length - 1, text.length); n > longest; n--) {
      if (text.endsWith(stop.slice(0, n))) longest = n;
    }
  }
  return longest;
}
