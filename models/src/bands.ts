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
 * at temperature 1 is right on about 80-90 % of easy, 60-70 % of medium and 40-50 % of hard problems over all families.
 */
export const BAND_LEVELS: Record<Band, Record<Family, Levels>> = {
  easy: {
    expression: [3, 5],
    word: [4, 6],
    linear: [3, 5],
    quadratic: [5, 6],
    percent: [2, 6],
    ratio: [3, 5],
    sequence: [4, 5],
  },
  medium: {
    expression: [5, 7],
    word: [6, 10],
    linear: [5, 7],
    quadratic: [7, 10],
    percent: [10, 12],
    ratio: [8, 10],
    sequence: [6, 9],
  },
  hard: {
    expression: [7, 9],
    word: [11, 13],
    linear: [6, 7],
    quadratic: [11, 14],
    percent: [12, 13],
    ratio: [10, 11],
    sequence: [9, 12],
  },
};
