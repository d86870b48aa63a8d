/** Stands for a word that JSON does not have; written without its quotes. */
export const nanMark = "\u0000NaN";

/** What a log-probability that is not a number looks like: as Python writes it, or as most other languages do. */
export const nanForms: Readonly<Record<string, string | null>> = { literal: nanMark, null: null };

/** JSON, with `NaN` in place of the mark. */
export function encodeWithNan(value: unknown): string {
  const text = JSON.stringify(value);
  const quoted = JSON.stringify(nanMark);
  return text.includes(quoted) ? text.replaceAll(quoted, "NaN") : text;
}
