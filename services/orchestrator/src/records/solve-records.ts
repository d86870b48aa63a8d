import type { ProblemRecord } from "@reckon/core";

/** Where solves are recorded, and what of them. */
export interface SolveRecords {
  /** Returns at once. */
  append(record: ProblemRecord): void;
  /** Waits until all that was appended is kept. */
  close(): Promise<void>;
  /** Whether questions and what samples say are kept too. */
  readonly withPrompts: boolean;
  /** Version of Reckon. */
  readonly version: string;
}
