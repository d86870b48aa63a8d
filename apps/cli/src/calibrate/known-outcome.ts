import type { ConfidenceKind } from "@reckon/core";
import type { ConfidenceFeatures, EvidenceKind } from "@reckon/planning";

/** An outcome whose correctness is known, from whatever source. */
export interface KnownOutcome {
  readonly kind: ConfidenceKind;
  /** The signs that its votes had, where the source tells. */
  readonly signs?: EvidenceKind | undefined;
  /** Confidence as it was, in [0, 1]. */
  readonly confidence: number;
  readonly features: ConfidenceFeatures;
  readonly correct: boolean;
  readonly domain?: string | undefined;
  readonly model?: string | undefined;
  /** Problem, where several outcomes are of one. */
  readonly group?: string | undefined;
}
