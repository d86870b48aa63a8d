import type { AnswerKind } from "@reckon/core";
import { type AnswerContext, createCanonicalizer } from "./canonicalize.ts";

/** A class of equivalent answers: its canonical form, and the indices of its answers, rising. */
export interface AnswerCluster {
  readonly canonical: string;
  readonly members: number[];
}

/** Clusters answers as they come. */
export interface Clusterer {
  /** The canonical form of the answer's class; the same for all answers of the class, whenever they come. */
  add(answer: string): string;
  /** Classes so far, in the order of their first members; members count from the first `add`. */
  clusters(): AnswerCluster[];
}

/** A clusterer for answers of one kind to one question. Answers seen before are looked up. */
export function createClusterer(kind: AnswerKind, context?: AnswerContext): Clusterer {
  const canonical = createCanonicalizer(kind, context);
  const known = new Map<string, string>();
  const clusters = new Map<string, AnswerCluster>();
  let count = 0;
  return {
    add(answer) {
      const form = known.get(answer) ?? canonical(answer);
      known.set(answer, form);
      const cluster = clusters.get(form);
      if (cluster === undefined) clusters.set(form, { canonical: form, members: [count] });
      else cluster.members.push(count);
      count += 1;
      return form;
    },
    clusters: () => [...clusters.values()].map((cluster) => ({ ...cluster, members: [...cluster.members] })),
  };
}

/** Classes of equivalent answers, in the order of their first members; every answer is in exactly one. */
export function clusterAnswers(answers: readonly string[], kind: AnswerKind, context?: AnswerContext): AnswerCluster[] {
  const clusterer = createClusterer(kind, context);
  for (const answer of answers) clusterer.add(answer);
  return clusterer.clusters();
}
