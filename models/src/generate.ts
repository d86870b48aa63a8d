import { BAND_LEVELS } from "./bands.ts";
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

export type GenerateOptions = {
  /** Any integer; same options, same problems. */
  readonly seed: number;
  readonly split: Split;
  /** Families in turn; default all. */
  readonly families?: readonly Family[];
  /** Bands in turn; default all. */
  readonly bands?: readonly Band[];
};

/**
 * Endless seeded stream of problems of one split, families and bands taken in turn. Problems may repeat where a band is small
 * (easy expressions with one operation, say); `generateProblems` removes repeats.
 */
export function* streamProblems(options: GenerateOptions): Generator<Problem & { readonly structure: string }> {
  const rng = createRng(options.seed);
  const families = options.families ?? FAMILIES;
  const bands = options.bands ?? BANDS;
  if (families.length === 0 || bands.length === 0) throw new RangeError("families and bands must not be empty");
  for (let index = 0; ; index += 1) {
    const band = bands[index % bands.length] as Band;
    const family = families[Math.floor(index / bands.length) % families.length] as Family;
    const [low, high] = BAND_LEVELS[band][family];
    let draft: Draft | undefined;
    let level = low;
    while (draft === undefined || draft.steps.length > MOST_LINES || splitOf(draft.structure) !== options.split) {
      level = rng.int(low, high);
      draft = CREATE[family](rng, level);
    }
    const { structure, ...problem } = draft;
    const prompt = problem.prompt.replace(/\s+/g, " ").trim();
    const params = { level, lines: problem.steps.length + 1 };
    yield { id: `${options.split}-${options.seed}-${index}`, family, band, ...problem, prompt, params, structure };
  }
}

/** The first `count` problems of the stream, each structure once; throws a RangeError when a band has too few to fill it. */
export function generateProblems(options: GenerateOptions & { readonly count: number }): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  if (options.count <= 0) return problems;
  let repeats = 0;
  for (const { structure, ...problem } of streamProblems(options)) {
    if (seen.has(structure)) {
      repeats += 1;
      if (repeats > 100 * options.count + 1000) throw new RangeError(`fewer than ${options.count} different problems`);
      continue;
    }
    seen.add(structure);
    problems.push(problem);
    if (problems.length === options.count) break;
  }
  return problems;
}
