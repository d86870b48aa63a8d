/**
 * Makes one readable text of samples that think at the same time. One sample at a time has the pen: its text passes as it
 * comes, until its line ends; lines of others wait, and the one that has waited longest goes on. Where several samples speak,
 * what a sample says when it takes the pen from another begins with its number, from 1, as in `[2] `.
 */
export interface ThoughtWriter {
  /** Text of a sample; returns what can be written now. */
  delta(sample: number, text: string): string;
  /** The sample has ended; returns what can be written now. */
  ended(sample: number): string;
  /** Everything that still waits. */
  rest(): string;
}

/** A writer for the thoughts of one solve; `several`: more than one sample is planned. Later ones are told apart anyway. */
export function createThoughtWriter(several: boolean): ThoughtWriter {
  const waiting = new Map<number, string>();
  const over = new Set<number>();
  let pen: number | undefined;
  let last: number | undefined;
  let lineIsOpen = false;

  function write(sample: number, text: string): string {
    const turn = last !== sample;
    const gap = turn && lineIsOpen ? "\n" : "";
    const label = turn && (several || last !== undefined) ? `[${sample + 1}] ` : "";
    last = sample;
    lineIsOpen = !text.endsWith("\n");
    pen = lineIsOpen && !over.has(sample) ? sample : undefined;
    return gap + label + text;
  }

  /** Gives a free pen to those who wait. */
  function next(): string {
    let text = "";
    for (const [sample, waited] of waiting) {
      if (pen !== undefined) break;
      waiting.delete(sample);
      text += write(sample, waited);
    }
    return text;
  }

  return {
    delta(sample, text) {
      if (text === "") return "";
      if (pen !== undefined && pen !== sample) {
        waiting.set(sample, (waiting.get(sample) ?? "") + text);
        return "";
      }
      // A line's end gives the pen away; what follows it in the same text is another line.
      const end = text.lastIndexOf("\n") + 1;
      if (end === 0 || end === text.length || waiting.size === 0) return write(sample, text) + next();
      const head = write(sample, text.slice(0, end));
      waiting.set(sample, text.slice(end));
      return head + next();
    },
    ended(sample) {
      over.add(sample);
      if (pen !== sample) return "";
      pen = undefined;
      return next();
    },
    rest() {
      pen = undefined;
      for (const sample of waiting.keys()) over.add(sample);
      return next();
    },
  };
}
