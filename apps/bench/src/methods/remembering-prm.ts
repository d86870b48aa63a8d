import type { PrmScoring } from "@reckon/engine";

type Scored = { readonly score: number; readonly tokens: number };

/**
 * A process reward model that remembers: a score is a function of the question and the lines so far, so that what any sample
 * of a question has said before is not computed again. Tokens are told as if it were. For measuring alone: it forgets nothing.
 */
export function rememberingPrm(open: (question: string) => PrmScoring): (question: string) => PrmScoring {
  const questions = new Map<string, Map<string, Promise<Scored>>>();
  return (question) => {
    const known = questions.get(question) ?? new Map<string, Promise<Scored>>();
    questions.set(question, known);
    const samples = new Map<number, { lines: string[]; sent: number }>();
    let scoring: PrmScoring | undefined;
    return {
      score(sample, step, last) {
        const state = samples.get(sample) ?? { lines: [], sent: 0 };
        samples.set(sample, state);
        state.lines.push(step);
        const key = JSON.stringify([last, ...state.lines]);
        const before = known.get(key);
        if (before !== undefined) return before;
        scoring ??= open(question);
        // The lines that were known before are read now, for what comes after them.
        while (state.sent < state.lines.length - 1) {
          scoring.score(sample, state.lines[state.sent] as string, false).catch(() => undefined); // The one that is waited for says so.
          state.sent += 1;
        }
        state.sent += 1;
        const scored = scoring.score(sample, step, last);
        known.set(key, scored);
        // One that was dropped before its score is asked for again.
        scored.catch(() => known.delete(key));
        return scored;
      },
      drop(sample) {
        if ((samples.get(sample)?.sent ?? 0) > 0) scoring?.drop(sample);
        samples.delete(sample);
      },
      close: () => scoring?.close(),
    };
  };
}
