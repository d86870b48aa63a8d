import type { ProblemResult, StopSetup } from "@reckon/planning";
import { type Estimate, estimateStatistic } from "../bootstrap-mean.ts";

/** Numbers of samples of the fixed rules that others are matched with. */
export const fixedSizes = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40] as const;

/** A majority of n in parallel. */
export function fixedSetup(n: number): StopSetup {
  return { rule: { name: "none", threshold: 1, minVotes: 1 }, samples: n, window: n, schedule: "full" };
}

interface Matched {
  readonly mine: ProblemResult;
  readonly fixed: readonly ProblemResult[];
}

/**
 * Accuracy of a rule less that of a fixed N at the same mean tokens, in [-1, 1], with its interval over problems: the fixed rules' accuracy is
 * interpolated between the two whose tokens enclose the rule's, at the ends the nearest. `fixed` holds the results of each of `fixedSizes`.
 * Over the problems that `among` picks; `undefined` where there are none of which it is known what is right.
 */
export function gainAtEqualTokens(
  mine: readonly ProblemResult[],
  fixed: readonly (readonly ProblemResult[])[],
  among: (index: number) => boolean = () => true,
): Estimate | undefined {
  const items = mine.flatMap((one, i): Matched[] =>
    one.accuracy === undefined || !among(i) ? [] : [{ mine: one, fixed: fixed.map((all) => all[i] as ProblemResult) }],
  );
  return estimateStatistic(items, gain, 500);
}

function gain(items: readonly Matched[]): number {
  const sizes = items[0]?.fixed.length ?? 0;
  const tokens = new Float64Array(sizes);
  const accuracy = new Float64Array(sizes);
  let spent = 0;
  let right = 0;
  for (const { mine, fixed } of items) {
    spent += mine.tokens;
    right += mine.accuracy ?? 0;
    for (let size = 0; size < sizes; size += 1) {
      tokens[size] = (tokens[size] as number) + (fixed[size]?.tokens ?? 0);
      accuracy[size] = (accuracy[size] as number) + (fixed[size]?.accuracy ?? 0);
    }
  }
  // Sums of all: what they are divided by is the same on both sides.
  let above = tokens.findIndex((sum) => sum >= spent);
  if (above < 0) above = sizes - 1;
  const [low, high] = [tokens[above - 1], tokens[above] as number];
  const top = accuracy[above] as number;
  if (low === undefined || high <= spent) return (right - top) / items.length;
  const bottom = accuracy[above - 1] as number;
  return (right - bottom - ((spent - low) / (high - low)) * (top - bottom)) / items.length;
}
