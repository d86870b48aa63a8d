import type { AnswerKind, ConfidenceKind, Method, Role, Selection, StopReason, Strategy } from "./vocabulary.ts";

/** One message of a conversation. */
export interface Message {
  readonly role: Role;
  readonly content: string;
}

/** What is asked, as one text or as a conversation whose last message is the user's; at most 1 MiB. */
export type ProblemInput =
  | string
  | { readonly prompt: string; readonly answerKind?: AnswerKind }
  | { readonly messages: readonly Message[]; readonly answerKind?: AnswerKind };

/** One signal of a difficulty; value and weight in [0, 1]. */
export interface Signal {
  readonly name: string;
  readonly value: number;
  readonly weight: number;
  /** What was measured, in words. */
  readonly detail: string;
}

/** Probability in [0, 1] that one sample is wrong, and where it came from. */
export interface Difficulty {
  readonly score: number;
  readonly signals: readonly Signal[];
  readonly priorAlpha: number;
  readonly priorBeta: number;
  readonly historyCount: number;
  /** Outcomes that the weights and the prior were learned from; 0: none, they are the start's. */
  readonly learnedOutcomes: number;
  /** Labelled questions that they were trained on before. */
  readonly trainedQuestions: number;
  readonly overridden: boolean;
}

/** The rule that ends thinking early. */
export interface StopRule {
  readonly name: string;
  readonly threshold: number;
  readonly minVotes: number;
}

/** How a method searches that builds its samples step by step. */
export interface SearchPlan {
  /** Continuations of each kept path, the most children of a node; 1-16. */
  readonly expansions: number;
  /** How many steps ahead `beam` judges a path; 0-8. */
  readonly lookAhead: number;
  /** `beam`: independent subtrees; `monte-carlo`: entropic annealing; `tree`: adaptive branching; `revision`: budget forcing. */
  readonly diverse: boolean;
  /** Attempts in a row of `revision`; 1-16. */
  readonly attempts: number;
  /** `best-of-n`: speculative rejection. */
  readonly rejectEarly: boolean;
  /** Whole samples, one after the other, before the search: it begins only where they leave the stop rule in doubt; 0-16. */
  readonly drafts: number;
}

/** What Reckon decided to spend, and how. `undefined`: a word that this version of the SDK does not know. */
export interface Plan {
  readonly strategy: Strategy | undefined;
  readonly method: Method | undefined;
  readonly selection: Selection | undefined;
  /** N, the most samples. */
  readonly samples: number;
  /** K, the most samples in flight at once. */
  readonly window: number;
  /** True: K are always in flight. False: as few as could still decide the vote. */
  readonly windowFixed: boolean;
  readonly minSteps: number;
  readonly maxSteps: number;
  readonly maxSampleTokens: number;
  readonly verificationRounds: number;
  /** For methods that search step by step; absent for whole, independent samples. */
  readonly search?: SearchPlan | undefined;
  readonly stopRule: StopRule | undefined;
  readonly timeoutMs: number;
  readonly temperature: number;
  readonly topP: number;
  readonly model: string;
  /** Why this plan, one sentence each. */
  readonly reasons: readonly string[];
}

/** Probability in [0, 1] that the leading answer is right, with its kind. */
export interface Confidence {
  readonly value: number;
  readonly kind: ConfidenceKind | undefined;
}

/** A cluster of equivalent answers; `votes` is the sum of vote weights, `share` their part of all, in [0, 1]. */
export interface Candidate {
  readonly answer: string;
  readonly canonical: string;
  readonly samples: number;
  readonly votes: number;
  readonly share: number;
}

/** What a verifier says: a score in [0, 1], or why it has none. */
export interface Verdict {
  readonly verifier: string;
  readonly score: number | undefined;
  readonly abstention: string | undefined;
}

/** Tokens of one sample. */
export interface SampleUsage {
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly outputTokens: number;
}

/** What a request has spent; every output token is counted once, in the role it ended in. */
export interface Ledger {
  readonly calls: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly cancelledTokens: number;
  readonly failedTokens: number;
  readonly verifierTokens: number;
  /** Tokens of hedges and retries that were not used. Absent: none. */
  readonly hedgedTokens?: number;
  /** Absent where no price is known. */
  readonly costUsd?: number;
  /** `undefined` where no limit was set. */
  readonly maxOutputTokens: number | undefined;
}

/** The result of a solve. `answer` is `undefined` where no sample gave one. */
export interface Outcome {
  readonly answer: string | undefined;
  readonly confidence: Confidence | undefined;
  readonly stopReason: StopReason | undefined;
  /** The leading one first. */
  readonly candidates: readonly Candidate[];
  readonly ledger: Ledger;
  readonly latencyMs: number;
  readonly samplesStarted: number;
  readonly samplesVoted: number;
  readonly samplesCancelled: number;
  readonly samplesPruned: number;
  /** How different the samples were: first steps that differ, complete samples that repeat another. */
  readonly diversity?: { readonly firstSteps: number; readonly duplicates: number } | undefined;
  readonly samplesFailed: number;
  /** Mean steps of the samples that voted. */
  readonly meanSteps: number;
  /** Why there is no answer. */
  readonly failure: string | undefined;
  readonly degradations: readonly string[];
}

/** An estimate of difficulty, with what the problem was taken to be. */
export interface Estimate {
  readonly difficulty: Difficulty;
  readonly domain: string;
  readonly answerKind: AnswerKind | undefined;
}

/** What a model can do. */
export interface Capabilities {
  readonly logprobs: boolean;
  readonly n: boolean;
  readonly abort: boolean;
  readonly continueFromPrefix: boolean;
  readonly seed: boolean;
  readonly processReward: boolean;
  readonly policies: readonly string[];
}

/** A model that can think. */
export interface Model {
  readonly id: string;
  readonly backend: string;
  readonly capabilities: Capabilities;
  readonly contextLength: number;
  readonly parameters: number | undefined;
  readonly default: boolean;
}

/** A class of equivalent answers: its canonical form and indices into the answers that were asked about. */
export interface EquivalenceClass {
  readonly canonical: string;
  readonly members: readonly number[];
}
