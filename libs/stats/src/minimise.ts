/** Where to start, how far to look, when to stop. */
export interface MinimiseOptions {
  /** Size of the first simplex along each axis. Default 0.5. */
  readonly size?: number;
  /** Ends when all corners' values are this close. Default 1e-12. */
  readonly tolerance?: number;
  /** Default 1,000. */
  readonly steps?: number;
}

interface Corner {
  readonly at: readonly number[];
  readonly value: number;
}

/**
 * A local minimum of a function of a few variables without derivatives, by Nelder and Mead's simplex (Comput. J. 7, 1965) with
 * the usual coefficients (1, 2, 1/2, 1/2). Deterministic. A value that is no number counts as infinite.
 */
export function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  options: MinimiseOptions = {},
): number[] {
  const { size = 0.5, tolerance = 1e-12, steps = 1000 } = options;
  const corner = (at: readonly number[]): Corner => {
    const value = f(at);
    return { at, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  let simplex = [start, ...start.map((_, axis) => start.map((x, i) => (i === axis ? x + size : x)))].map(corner);
  for (let step = 0; step < steps; step += 1) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0] as Corner;
    const worst = simplex.at(-1) as Corner;
    const spread = Math.max(...simplex.map(({ at }) => Math.max(...at.map((x, i) => Math.abs(x - (best.at[i] ?? 0))))));
    if (worst.value - best.value <= tolerance * (1 + Math.abs(best.value)) && spread < 1e-7) break;
    const others = simplex.slice(0, -1);
    const centre = start.map((_, i) => others.reduce((sum, { at }) => sum + (at[i] as number), 0) / others.length);
    const along = (t: number) => corner(centre.map((x, i) => x + t * (x - (worst.at[i] as number))));
    const reflected = along(1);
    let next: Corner | undefined;
    if (reflected.value < best.value) {
      const expanded = along(2);
      next = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < (others.at(-1) as Corner).value) next = reflected;
    else {
      const contracted = along(reflected.value < worst.value ? 0.5 : -0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) next = contracted;
    }
    simplex = next
      ? [...others, next]
      : [best, ...simplex.slice(1).map(({ at }) => corner(at.map((x, i) => ((best.at[i] as number) + x) / 2)))];
  }
  return [...(simplex.sort((a, b) => a.value - b.value)[0]?.at ?? start)];
}
