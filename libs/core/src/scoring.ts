import type { Problem } from "./problem.ts";
import type { Verdict, VerifierName } from "./sample.ts";

/** What verifiers said of a step or of a sample's answer; one verdict for each verifier asked. */
export type ScoringEvent =
  | {
      readonly type: "step-verdicts";
      readonly sample: number;
      readonly step: number;
      readonly verdicts: readonly Verdict[];
      /** Tokens that model-based verifiers read for it. */
      readonly verifierTokens: number;
      /** Their price; absent where none is known. */
      readonly costUsd?: number;
    }
  | {
      readonly type: "answer-verdicts";
      readonly sample: number;
      readonly verdicts: readonly Verdict[];
      readonly verifierTokens: number;
      readonly costUsd?: number;
    };

/**
 * Scoring of samples of one problem over one call. Steps of a sample are sent in order, without gaps; each `step` and each
 * `answer` brings one event, in any order across samples. `events` has one consumer and ends after `finish` when all is
 * answered; leaving it early closes the call. What is under way for a sample when it is dropped is answered without verdicts,
 * for the tokens that it took, unless `events` has ended by then: nobody has to wait for that.
 */
export interface Scoring {
  readonly events: AsyncIterable<ScoringEvent>;
  step(sample: number, step: number, text: string, last: boolean): void;
  answer(sample: number, text: string): void;
  /** Frees a sample that needs no more scoring. */
  drop(sample: number): void;
  finish(): void;
  close(): void;
}

/** A source of verdicts: a process reward model, a checker, a judge, or several of them behind a service. */
export interface Verifier {
  readonly names: readonly VerifierName[];
  open(problem: Problem): Promise<Scoring>;
}
