import { type AnswerCluster, createClusterer, inferKindOfAnswers } from "@reckon/answers";
import type { AnswerKind } from "@reckon/core";

/** Time after which other calls get their turn, in milliseconds. */
const turnMs = 10;

/**
 * Clusters answers into classes of equivalent ones; the kind is what they have in common where it is not given. Lets other
 * calls run in between, and stops when the signal aborts.
 */
export async function checkEquivalence(
  answers: readonly string[],
  kind: AnswerKind | undefined,
  signal: AbortSignal,
): Promise<{ classes: AnswerCluster[] }> {
  const clusterer = createClusterer(kind ?? inferKindOfAnswers(answers));
  let turnStarted = performance.now();
  for (const answer of answers) {
    clusterer.add(answer);
    if (performance.now() - turnStarted < turnMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    turnStarted = performance.now();
  }
  return { classes: clusterer.clusters() };
}
