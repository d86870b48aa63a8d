import type { Band, Family } from "./problem.ts";

/** Inclusive range of levels. */
export type Levels = readonly [low: number, high: number];

/**
 * The levels of each family that make up a band. Set by measuring the trained decoder on validation problems, so that one sample
 * at temperature 1 is right on about 80-90 % of easy, 50-65 % of medium and 20-40 % of hard problems over all families.
 */
export const BAND_LEVELS: Record<Band, Record<Family, Levels>> = {
  easy: {
    expression: [1, 3],
    word: [1, 3],
    linear: [1, 3],
    quadratic: [1, 3],
    percent: [1, 3],
    ratio: [1, 3],
    sequence: [1, 3],
  },
  medium: {
    expression: [3, 5],
    word: [4, 6],
    linear: [4, 6],
    quadratic: [3, 5],
    percent: [4, 6],
    ratio: [4, 6],
    sequence: [4, 5],
  },
  hard: {
    expression: [5, 8],
    word: [7, 9],
    linear: [6, 9],
    quadratic: [6, 9],
    percent: [7, 9],
    ratio: [7, 9],
    sequence: [6, 8],
  },
};
