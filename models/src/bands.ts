import type { Band, Family } from "./problem.ts";

/** Inclusive range of levels. */
export type Levels = readonly [low: number, high: number];

/** The highest level of each family in the decoder's training data. Beyond it a model repeats one mistake rather than slip at random. */
export const TRAINED_LEVEL: Record<Family, number> = {
  expression: 9,
  word: 13,
  linear: 9,
  quadratic: 14,
  percent: 13,
  ratio: 11,
  sequence: 12,
};

/**
 * The levels of each family that make up a band. Set by measuring the trained decoder on validation problems, so that one sample
 * at temperature 1 is right on about 80-90 % of easy, 50-65 % of medium and 20-40 % of hard problems over all families.
 */
export const BAND_LEVELS: Record<Band, Record<Family, Levels>> = {
  easy: {
    expression: [3, 6],
    word: [4, 8],
    linear: [3, 7],
    quadratic: [3, 7],
    percent: [2, 6],
    ratio: [2, 6],
    sequence: [2, 5],
  },
  medium: {
    expression: [6, 7],
    word: [10, 11],
    linear: [7, 9],
    quadratic: [10, 12],
    percent: [10, 12],
    ratio: [8, 9],
    sequence: [8, 10],
  },
  hard: {
    expression: [8, 9],
    word: [12, 13],
    linear: [9, 9],
    quadratic: [13, 14],
    percent: [12, 13],
    ratio: [9, 11],
    sequence: [11, 12],
  },
};
