import type { ProblemRecord, SampleRecord } from "@reckon/core";
import { betaQuantile, createPrng, type Prng } from "@reckon/stats";

/** A set of made-up problems, of which everything is known. */
export interface SyntheticOptions {
  readonly problems: number;
  readonly samples: number;
  readonly seed: number;
  /** How much longer right chains are than wrong ones, as a logarithm of the ratio: 0 not at all, below 0 shorter. */
  readonly lengthBias: number;
  /** How hard the problems are. Default `even`. */
  readonly mix?: Mix;
}

/** Mixes of problems. */
export type Mix = keyof typeof MIXES;

interface Hardness {
  readonly alpha: number;
  readonly beta: number;
}

/**
 * Beta distributions of P(one sample is right), as many problems each. `even`: a third easy, a third split, a third hard; one sample is right in 55 %.
 * `easy`: as a good model finds a school test, 17 of 20 hardly ever wrong; one sample is right in 88 %.
 */
const MIXES = {
  even: [
    { alpha: 9, beta: 1 },
    { alpha: 2, beta: 2 },
    { alpha: 1, beta: 3 },
  ],
  easy: [
    ...Array.from({ length: 17 }, (): Hardness => ({ alpha: 20, beta: 1 })),
    ...[
      { alpha: 3, beta: 2 },
      { alpha: 3, beta: 2 },
      { alpha: 1, beta: 4 },
    ],
  ],
} satisfies Record<string, readonly Hardness[]>;

/** The mixes there are. */
export const mixes = Object.keys(MIXES) as readonly Mix[];
const BLANK = 0.02;

/**
 * Problems whose samples are right with a probability of their own; wrong answers follow a Chinese restaurant process whose concentration
 * (0.2 to 7) is the problem's own too, so that some have one favourite error and others none; lengths are log-normal, longer
 * for hard problems. Two samples in a hundred have no answer. Equal seeds, equal records.
 */
export function syntheticRecords(options: SyntheticOptions): ProblemRecord[] {
  const hardnesses: readonly Hardness[] = MIXES[options.mix ?? "even"];
  return Array.from({ length: options.problems }, (_, i) => {
    const random = createPrng(options.seed * 1_000_003 + i);
    const { alpha, beta } = hardnesses[i % hardnesses.length] as Hardness;
    const right = betaQuantile(random.next(), alpha, beta);
    const diversity = Math.exp(-1.5 + 3.5 * random.next());
    const length = Math.exp(7 - right + 0.5 * normal(random));
    const wrong: number[] = [];
    const samples = Array.from({ length: options.samples }, (): SampleRecord => {
      const isRight = random.next() < right;
      const stretch = 0.4 * normal(random) + (isRight ? 0.5 : -0.5) * options.lengthBias;
      const tokens = Math.max(1, Math.round(length * Math.exp(stretch)));
      if (random.next() < BLANK) return { tokens, correct: false };
      return { tokens, answer: String(isRight ? 0 : 1 + wrongAnswer(wrong, diversity, random)), correct: isRight };
    });
    return { problemId: `synthetic-${i}`, answerKind: "number", gold: "0", samples };
  });
}

/** The table that the next guest of a Chinese restaurant takes; `tables` counts those that sit at each. */
function wrongAnswer(tables: number[], concentration: number, random: Prng): number {
  const guests = tables.reduce((sum, count) => sum + count, 0);
  let place = random.next() * (guests + concentration);
  let table = 0;
  while (table < tables.length && place >= (tables[table] as number)) {
    place -= tables[table] as number;
    table += 1;
  }
  tables[table] = (tables[table] ?? 0) + 1;
  return table;
}

/** A standard normal number (Box and Muller, 1958). */
function normal(random: Prng): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
