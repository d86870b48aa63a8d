import { BAND_LEVELS, type Levels, TRAINED_LEVEL } from "./bands.ts";
import { createExpression } from "./families/expression.ts";
import { createLinear } from "./families/linear.ts";
import { createPercent } from "./families/percent.ts";
import { createQuadratic } from "./families/quadratic.ts";
import { createRatio } from "./families/ratio.ts";
import { createSequence } from "./families/sequence.ts";
import { createWordProblem } from "./families/word-problem.ts";
import { BANDS, type Band, type Draft, FAMILIES, type Family, type Problem, type Split } from "./problem.ts";
import { createRng, type Rng } from "./rng.ts";
import { splitOf } from "./split.ts";

const CREATE: Record<Family, (rng: Rng, level: number) => Draft | undefined> = {
  expression: createExpression,
  word: createWordProblem,
  linear: createLinear,
  quadratic: createQuadratic,
  percent: createPercent,
  ratio: createRatio,
  sequence: createSequence,
};

const MOST_LINES = 30;
/** That many repeats in a row mean that a band is exhausted. */
const MOST_REPEATS = 3000;

export type GenerateOptions = {
  /** Any integer; same options, same problems. */
  readonly seed: number;
  readonly split: Split;
  /** Families in turn; default all. */
  readonly families?: readonly Family[];
  /** Bands in turn; default all. */
  readonly bands?: readonly Band[];
  /** Levels instead of the bands' own, no higher than `TRAINED_LEVEL` of each family; default those of `BAND_LEVELS`. */
  readonly levels?: Levels;
};

type Structured = Problem & { readonly structure: string };

/** Draws problems without end; with `seen`, never the same structure twice (RangeError when a band is exhausted). */
function* drawProblems(options: GenerateOptions, seen?: Set<string>): Generator<Structured> {
  const rng = createRng(options.seed);
  const families = options.families ?? FAMILIES;
  const bands = options.bands ?? BANDS;
  if (families.length === 0 || bands.length === 0) throw new RangeError("families and bands must not be empty");
  for (let index = 0; ; index += 1) {
    const band = bands[index % bands.length] as Band;
    const family = families[Math.floor(index / bands.length) % families.length] as Family;
    const [low, high] = (options.levels ?? BAND_LEVELS[band][family]).map((level) =>
      Math.min(level, TRAINED_LEVEL[family]),
    ) as [number, number];
    let draft: Draft | undefined;
    let level = rng.int(low, high);
    for (let repeats = 0; draft === undefined; ) {
      const drawn = CREATE[family](rng, level);
      if (drawn === undefined || drawn.steps.length > MOST_LINES || splitOf(drawn.structure) !== options.split)
        continue;
      if (seen?.has(drawn.structure)) {
        repeats += 1;
        level = rng.int(low, high);
        if (repeats > MOST_REPEATS) throw new RangeError(`no more different ${band} problems of family ${family}`);
        continue;
      }
      draft = drawn;
    }
    seen?.add(draft.structure);
    const { structure, ...problem } = draft;
    const prompt = problem.prompt.replace(/\s+/g, " ").trim();
    const params = { level, lines: problem.steps.length + 1 };
    yield { id: `${options.split}-${options.seed}-${index}`, family, band, ...problem, prompt, params, structure };
  }
}

/**
 * Endless seeded stream of problems of one split, families and bands taken in turn. Problems may repeat where a band is small
 * (easy expressions with one operation, say); `generateProblems` never repeats one.
 */
export function streamProblems(options: GenerateOptions): Generator<Structured> {
  return drawProblems(options);
}

/**
 * `count` problems, each structure once, bands and families in equal shares; throws a RangeError when a band has too few
 * different problems to fill its share.
 */
export function generateProblems(options: GenerateOptions & { readonly count: number }): Problem[] {
  const problems: Problem[] = [];
  if (options.count <= 0) return problems;
  for (const { structure: _, ...problem } of drawProblems(options, new Set())) {
    problems.push(problem);
    if (problems.length === options.count) break;
  }
  return problems;
}
