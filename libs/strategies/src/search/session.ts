import type { Message, Plan, SearchPlan } from "@reckon/core";
import type { Prng } from "@reckon/stats";
import type { Path, PathState } from "./path.ts";

/** How a path is gone on with. */
export interface ExtendOptions {
  /** Default: the plan's, raised while paths are too much alike. */
  readonly temperature?: number;
}

/**
 * What a method of search works with. A method is a function over it: it starts paths, extends them, has them scored, lets some
 * end and others vote, and returns when it is done. Money, time, faults, events and the outcome are the session's: whatever
 * waits rejects once thinking has ended, and a method does not catch that. A path that failed or was cut has an `end`;
 * extending or scoring it does nothing.
 */
export interface SearchSession {
  /** As it stands: pressure may have cut it. */
  readonly plan: Plan;
  readonly search: SearchPlan;
  /** Of the solve's own seed: equal seeds, equal choices. */
  readonly random: Prng;
  /** True once there is no use in searching on: time or money run short, or no verifier tells good from bad. */
  readonly mustFinish: boolean;
  /** Starts a path, where a state is given as a fork of the path that it is of. */
  begin(from?: PathState): Path;
  /** Starts a path that answers the problem with these messages behind it: earlier attempts in view. */
  beginWith(messages: readonly Message[]): Path;
  /** The state of a path now. */
  stateOf(path: Path): PathState;
  /** Adds a step. Resolves also where it failed, was cut, or the ledger is dry. */
  extend(path: Path, options?: ExtendOptions): Promise<void>;
  /** Adds all that is missing to an answer. */
  rollout(path: Path, options?: ExtendOptions): Promise<void>;
  /**
   * Has all its steps scored. Resolves with what the path is worth, > 0: its score, weighed as a vote of the profile's would be,
   * by its own log-probability too where that counts; `undefined` where no verifier gave a score.
   */
  score(path: Path): Promise<number | undefined>;
  /** Scores of its steps in [0, 1], in their order, as far as there are any. */
  stepScores(path: Path): readonly number[];
  /** Ends a complete path with its vote, where it has an answer; any other without. */
  vote(path: Path): Promise<void>;
  /** Ends a path that others have beaten. */
  prune(path: Path): void;
  /** Says how alike paths were that could have differed: `distinct` of `all`. Raises the temperature while that is low. */
  observeDiversity(distinct: number, all: number): void;
  /** A round begins: reads the present pressure. */
  round(): void;
  /** Ends the search: these paths, the best first, are brought to their answers as far as time and money go, and vote. */
  finish(paths: readonly Path[]): Promise<void>;
}

/** A method of search. */
export type SearchMethod = (session: SearchSession) => Promise<void>;
