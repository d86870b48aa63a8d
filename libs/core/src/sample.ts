/** Why a sample ended: by itself, at a limit, cancelled, pruned by a verifier, or failed in its backend. */
export type SampleEnd = "stop" | "length" | "cancelled" | "pruned" | "failed";

/** Tokens of one sample; samples that share a prefill each report the whole prompt and how much of it was shared. */
export interface SampleUsage {
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly outputTokens: number;
}

/** What a verifier says: a score in [0, 1] or an abstention with its reason; never a made-up number. */
export type Verdict =
  | { readonly verifier: VerifierName; readonly score: number }
  | { readonly verifier: VerifierName; readonly abstention: string };

/** Which verifier spoke. */
export type VerifierName = "prm" | "checker" | "judge" | "agreement";

/** How step scores become one score of a sample. */
export type ScoreAggregation = "min" | "last" | "product" | "mean";

/** Combines step scores (each in [0, 1]) into one in [0, 1]; `undefined` where there are none. */
export function aggregateScores(scores: readonly number[], aggregation: ScoreAggregation): number | undefined {
  const last = scores.at(-1);
  if (last === undefined) return undefined;
  switch (aggregation) {
    case "min":
      return Math.min(...scores);
    case "last":
      return last;
    case "product":
      return scores.reduce((product, score) => product * score, 1);
    case "mean":
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
}
