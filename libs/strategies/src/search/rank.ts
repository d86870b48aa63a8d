import { type Path, stepsOf } from "./path.ts";
import type { SearchSession } from "./session.ts";

/** A path and what it is worth, > 0; `undefined` where no verifier said. */
export interface Rated {
  readonly path: Path;
  readonly worth: number | undefined;
}

/** The best first; those without a worth last, in the order they came. */
export function bestFirst(rated: readonly Rated[]): Rated[] {
  return [...rated].sort((a, b) => (b.worth ?? -1) - (a.worth ?? -1));
}

/** The lines of a text without differences in space, for comparison. */
function likeness(text: string): string {
  return stepsOf(text)
    .map((step) => step.replace(/\s+/g, " "))
    .join("\n");
}

/**
 * One path of each text: others that say the same are pruned before anybody scores or continues them, so that a duplicate costs
 * its own step and nothing more. Paths that have ended are left out.
 */
export function distinct(session: SearchSession, paths: readonly Path[]): Path[] {
  const seen = new Map<string, Path>();
  let all = 0;
  for (const path of paths) {
    if (path.end !== undefined) continue;
    all += 1;
    const key = likeness(path.text);
    if (seen.has(key)) session.prune(path);
    else seen.set(key, path);
  }
  session.observeDiversity(seen.size, all);
  return [...seen.values()];
}
