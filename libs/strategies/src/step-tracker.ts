/** A step that has ended: its index from 0 and its text without the line break. */
export interface TrackedStep {
  readonly index: number;
  readonly text: string;
}

/** Splits the growing text of one sample into steps: one a line; blank lines are none. */
export interface StepTracker {
  /** Steps that have ended so far. */
  readonly steps: readonly TrackedStep[];
  /** Adds text; returns the steps that it ended. */
  feed(text: string): TrackedStep[];
  /** The text is complete: ends the last line, and returns it where it is a step. */
  end(): TrackedStep | undefined;
}

/** Whether a line states the answer instead of reasoning towards it; limits on steps do not count it. */
export function isAnswerLine(text: string): boolean {
  return /^\W*(the\s+)?(final\s+)?answer\b/i.test(text);
}

/** Creates a tracker of one sample. */
export function createStepTracker(): StepTracker {
  const steps: TrackedStep[] = [];
  let line = "";
  const complete = (text: string): TrackedStep | undefined => {
    const trimmed = text.trim();
    if (trimmed === "") return undefined;
    const step = { index: steps.length, text: trimmed };
    steps.push(step);
    return step;
  };
  return {
    steps,
    feed(text) {
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      return lines.flatMap((ended) => complete(ended) ?? []);
    },
    end() {
      const last = complete(line);
      line = "";
      return last;
    },
  };
}
