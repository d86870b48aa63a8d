/** Ends a growing text before the first of some stop texts. */
export interface StopCutter {
  /** Adds text; returns what is sure to come before a stop text. */
  push(text: string): string;
  /** The text is complete: what was held back. */
  end(): string;
}

/** A cutter; without stop texts everything passes at once. */
export function createStopCutter(stops: readonly string[]): StopCutter {
  const longest = Math.max(0, ...stops.map((stop) => stop.length));
  let held = "";
  let done = false;
  const firstStop = () => {
    const places = stops.map((stop) => held.indexOf(stop)).filter((at) => at >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  };
  return {
    push(text) {
      if (longest === 0) return text;
      if (done) return "";
      held += text;
      const at = firstStop();
      done = at >= 0;
      // A stop text may have begun.
      const sure = done ? at : Math.max(0, held.length - longest + 1);
      const passed = held.slice(0, sure);
      held = done ? "" : held.slice(sure);
      return passed;
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}
