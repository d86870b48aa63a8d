/** The kinds of problem the generator knows. */
export const FAMILIES = ["expression", "word", "linear", "quadratic", "percent", "ratio", "sequence"] as const;
export type Family = (typeof FAMILIES)[number];

/** Difficulty bands: graded by how often one sample of the embedded model is right (see bands.ts). */
export const BANDS = ["easy", "medium", "hard"] as const;
export type Band = (typeof BANDS)[number];

export const SPLITS = ["train", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** What a family makes: everything but the id, the family and the band. */
export type Draft = {
  /** Canonical content (template and numbers, never names or phrasing); its hash decides the split. */
  readonly structure: string;
  readonly prompt: string;
  /** Solution lines before the answer line, one operation each. */
  readonly steps: readonly string[];
  /** What follows `Answer: ` in the last line. */
  readonly answer: string;
  readonly answerKind: "number" | "set";
};

/** One generated problem with its reference chain; `params` holds the difficulty parameters it was drawn with. */
export type Problem = Omit<Draft, "structure"> & {
  readonly id: string;
  readonly family: Family;
  readonly band: Band;
  readonly params: { readonly level: number; readonly lines: number };
};

/** The whole reference chain as the model is trained to write it: the steps, then the answer line. */
export function referenceLines(problem: Pick<Problem, "steps" | "answer">): string[] {
  return [...problem.steps, `Answer: ${problem.answer}`];
}
