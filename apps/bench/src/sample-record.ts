import type { SampleEnd } from "@reckon/core";
import type { Split } from "@reckon/models";

/** One recorded sample. */
export interface SampleRecord {
  readonly text: string;
  readonly end: SampleEnd;
  readonly tokens: number;
  /** Undefined where none was found; such a sample has no vote and is wrong. */
  readonly answer: string | undefined;
  /** Index of the class of equivalent answers within the problem; undefined without an answer. */
  readonly cluster: number | undefined;
  readonly correct: boolean;
  /** What the process reward model says of each line, the answer line included; in [0, 1]. */
  readonly stepScores: readonly number[];
  /** Output tokens by which each of these lines was finished; rising. */
  readonly stepTokens: readonly number[];
  /** Whether each line is right and so is all before it. */
  readonly stepLabels: readonly boolean[];
  /** Sum of the natural log-probabilities of all its tokens; <= 0. */
  readonly sumLogprob: number;
}

/** One problem with all its samples, as the bench works with it; `record-file.ts` writes it in the common schema. */
export interface ProblemRecord {
  readonly id: string;
  readonly family: string;
  readonly band: string;
  readonly prompt: string;
  readonly gold: string;
  readonly samples: readonly SampleRecord[];
  /** Tokens that the process reward model read for the whole problem. */
  readonly verifierTokens: number;
}

/** What records were made from; two files with equal origins hold the same problems and the same distribution of samples. */
export interface RecordsOrigin {
  readonly split: Split;
  readonly model: string;
  readonly problems: number;
  readonly samples: number;
  readonly seed: number;
  readonly temperature: number;
}

/** Records and where they come from. */
export interface Records {
  readonly origin: RecordsOrigin;
  readonly problems: readonly ProblemRecord[];
}
