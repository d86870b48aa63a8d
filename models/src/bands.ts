import type { Band, Family } from "./problem.ts";

/** Inclusive range of levels. */
export type Levels = readonly [low: number, high: number];

/**
 * The levels of each family that make up a band. Set by measuring the trained decoder on validation problems, so that one sample
 * at temperature 1 is right on about 80-90 % of easy, 50-65 % of medium and 20-40 % of hard problems over all families.
 */
export const BAND_LEVELS: Record<Band, Record<Family, Levels>> = {
  easy: {
    expression: [1, 4],
    word: [1, 4],
    linear: [1, 4],
    quadratic: [1, 3],
    percent: [1, 3],
    ratio: [1, 3],
    sequence: [1, 3],
  },
  medium: {
    expression: [5, 7],
    word: [5, 7],
    linear: [5, 7],
    quadratic: [4, 6],
    percent: [4, 6],
    ratio: [4, 6],
    sequence: [4, 6],
  },
  hard: {
    expression: [8, 12],
    word: [8, 10],
    linear: [8, 12],
    quadratic: [7, 10],
    percent: [7, 10],
    ratio: [7, 10],
    sequence: [7, 10],
  },
};
