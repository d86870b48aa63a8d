/** Ends a growing text before the first of some stop texts. */
export interface StopCutter {
  /** Adds text; returns what is sure to come before a stop text. */
  push(text: string): string;
  /** The text is complete: what was held back. */
  end(): string;
}

/** A cutter; without stop texts everything passes at once. */
export function createStopCutter(stops: readonly string[]): StopCutter {
  let held = "";
  let done = false;
  const firstStop = () => {
    const places = stops.map((stop) => held.indexOf(stop)).filter((at) => at >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  };
  /** Where, before `end`, a stop text may have begun that is not complete yet; `end` where none has. */
  const firstBegun = (end: number) => {
    for (let at = 0; at < end; at += 1) {
      const rest = held.slice(at);
      if (stops.some((stop) => stop.length > rest.length && stop.startsWith(rest))) return at;
    }
    return end;
  };
  return {
    push(text) {
      if (stops.length === 0) return text;
      if (done) return "";
      held += text;
      const stop = firstStop();
      const end = stop < 0 ? held.length : stop;
      // One that began earlier goes before one that is complete.
      const sure = firstBegun(end);
      done = stop >= 0 && sure === end;
      const passed = held.slice(0, sure);
      held = done ? "" : held.slice(sure);
      return passed;
    },
    end() {
      const stop = firstStop();
      const rest = stop < 0 ? held : held.slice(0, stop);
      held = "";
      return rest;
    },
  };
}
