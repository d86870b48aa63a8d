import { inferAnswerKind } from "@reckon/answers";
import { type AnswerKind, type Difficulty, type Problem, questionOf, ReckonError } from "@reckon/core";

/** How hard a problem is taken to be, and what had to be left out to say so. */
export interface Estimated {
  readonly difficulty: Difficulty;
  readonly answerKind: AnswerKind | undefined;
  /** A sentence, where the difficulty service did not answer. */
  readonly degradation: string | undefined;
}

/** Estimates by the difficulty service; the signal and the deadline of the call being served hold for it too. */
export type Estimator = (
  problem: Problem,
  options: { readonly timeoutMs: number },
) => Promise<{ readonly difficulty: Difficulty; readonly answerKind: AnswerKind | undefined }>;

// As much as one sample of an unknown problem may teach: Beta(1, 1) says nothing about P(one sample is right).
const neutralScore = 0.5;
// How many samples a client's own word counts for.
const overrideWeight = 4;
// Nobody waits longer than this for a number that a neutral one can stand in for.
const patienceMs = 2_000;

/**
 * The difficulty that the client set, else that of the difficulty service, else a neutral one, visibly degraded. Waits at most
 * 2 s, and at most a quarter of the time that there is.
 */
export async function estimateOrPrior(
  problem: Problem,
  override: number | undefined,
  remainingMs: number,
  estimator: Estimator,
): Promise<Estimated> {
  const inferred = problem.answerKind ?? inferAnswerKind(questionOf(problem));
  if (override !== undefined) {
    return { difficulty: overriddenDifficulty(override), answerKind: inferred, degradation: undefined };
  }
  const timeoutMs = Math.max(1, Math.min(patienceMs, remainingMs / 4));
  try {
    const { difficulty, answerKind } = await estimator(problem, { timeoutMs });
    return { difficulty, answerKind: problem.answerKind ?? answerKind ?? inferred, degradation: undefined };
  } catch (thrown) {
    const { code, message } = ReckonError.from(thrown);
    const degradation = `the difficulty service did not answer (${code}: ${message}): planned for middling difficulty`;
    return { difficulty: neutralDifficulty, answerKind: inferred, degradation };
  }
}

const neutralDifficulty: Difficulty = {
  score: neutralScore,
  signals: [],
  priorAlpha: 1,
  priorBeta: 1,
  historyCount: 0,
  overridden: false,
};

function overriddenDifficulty(score: number): Difficulty {
  // Both counts stay above 0: a client may be sure, the votes may still say otherwise.
  const priorAlpha = Math.max(0.1, (1 - score) * overrideWeight);
  const priorBeta = Math.max(0.1, score * overrideWeight);
  return { score, signals: [], priorAlpha, priorBeta, historyCount: 0, overridden: true };
}
