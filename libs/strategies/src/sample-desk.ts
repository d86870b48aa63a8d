import { extractAnswer } from "@reckon/answers";
import type {
  AnswerKind,
  GenerationEvent,
  Plan,
  SampleEnd,
  SampleRoute,
  SampleUsage,
  ScoringEvent,
  SolveEvent,
  VerifierName,
} from "@reckon/core";
import type { Ballot } from "./ballot.ts";
import type { GenerationPool } from "./generation-pool.ts";
import type { Judge } from "./judge.ts";
import type { LedgerKeeper } from "./ledger-keeper.ts";
import { type SampleBook, type SampleResult, sampleEndedEvent } from "./sample-book.ts";
import { chainLogprob, leastSure, reasoningSteps, type SampleRecord } from "./sample-record.ts";
import type { SolveTuning } from "./solve-ports.ts";
import type { Timers } from "./timers.ts";

/** A judgement that cannot be read is asked for again: so many requests at most. */
const JUDGEMENTS = 3;

/** What the desk works with; what may change in the course of a solve is asked for. */
export interface SampleDeskParts {
  readonly book: SampleBook;
  readonly pool: GenerationPool;
  readonly ledger: LedgerKeeper;
  readonly ballot: Ballot;
  readonly timers: Timers;
  readonly tuning: SolveTuning;
  readonly answerKind: AnswerKind;
  /** The most tokens of the prompt, for what a verifier may read. */
  readonly promptBound: number;
  readonly verifiers: readonly VerifierName[];
  /** The most tokens of a model's judgement, its rubric included. */
  readonly judgementTokens: number;
  readonly plan: () => Plan;
  readonly judge: () => Judge | undefined;
  readonly isThinking: () => boolean;
  readonly emit: (event: SolveEvent) => void;
  /** A sample has ended or a vote was cast: time to decide anew. */
  readonly changed: () => void;
  /** Something was done in another way than planned. */
  readonly degraded: (detail: string) => void;
  /** The ledger has no room for what a verifier would read. */
  readonly verifierTooDear: () => void;
}

/** How a sample ended, by its backend. */
export interface BackendEnd {
  readonly reason: SampleEnd;
  readonly usage: SampleUsage;
  readonly failure?: string | undefined;
  readonly route?: SampleRoute;
  /** True where the backend did not say so itself: `usage` is what was seen. Default false. */
  readonly isUnheard?: boolean;
}

/** Follows samples from their first token to their vote. */
export interface SampleDesk {
  /** Why the last sample that failed did. */
  readonly failure: string | undefined;
  onDelta(record: SampleRecord, event: GenerationEvent & { type: "token-delta" }): void;
  onEnd(record: SampleRecord, end: BackendEnd): void;
  onVerdicts(event: ScoringEvent): void;
  /** Casts the vote of a sample that has ended with an answer, by the verdicts there are. */
  castVote(record: SampleRecord): void;
  /** Ends a sample that waits for verdicts without its vote. */
  withdraw(record: SampleRecord): void;
}

/** Creates the desk of one solve. */
export function createSampleDesk(parts: SampleDeskParts): SampleDesk {
  const { book, pool, ledger, ballot, timers, tuning, emit } = parts;
  let failure: string | undefined;
  /** Pools that took over for the plan's own; told once each. */
  const strangers = new Set<string>();

  // A judgement by a model is a call; the process reward model and the checker are part of the house.
  const modelJudges = parts.verifiers.filter((name) => name === "judge").length;
  const readers = parts.verifiers.filter((name) => name !== "checker").length;
  /** The most that all verifiers together may read, and a judge write, about what there is of a sample. */
  const verificationBound = (record: SampleRecord) =>
    (readers + modelJudges * (JUDGEMENTS - 1)) * (parts.promptBound + Buffer.byteLength(record.text)) +
    modelJudges * JUDGEMENTS * parts.judgementTokens;

  /** Asks the verifier about a step or the answer, where the ledger has room for all that it may read. */
  function askAbout(record: SampleRecord, about: number | "answer", ask: (judge: Judge) => void): void {
    const judge = parts.judge();
    if (!judge?.working) return;
    const most = ledger.limited ? verificationBound(record) : 0;
    if (ledger.reserveVerification(`${record.sample} ${about}`, most, modelJudges)) ask(judge);
    else parts.verifierTooDear();
  }

  /** Cancels one sample while others go on. */
  function cut(record: SampleRecord, why: "pruned" | "length"): void {
    record.cancelling = why;
    record.cutAfter = book.ended;
    pool.cancel(record.sample);
    parts.judge()?.drop(record.sample);
    parts.changed();
  }

  function announceEnd(record: SampleRecord, result: Omit<SampleResult, "verdicts">): void {
    const verdicts = parts.judge()?.verdictsOf(record.sample) ?? [];
    emit(sampleEndedEvent(record, { ...result, verdicts }));
    book.countEnded(record);
    parts.judge()?.drop(record.sample);
  }

  function onDelta(record: SampleRecord, event: GenerationEvent & { type: "token-delta" }): void {
    const { sample, text } = event;
    const step = record.tracker.steps.length;
    record.text += text;
    record.outputTokens += event.tokens;
    for (const logprob of event.logprobs ?? []) record.logprobSum += logprob;
    record.logprobs.push(...(event.logprobs ?? []));
    record.logprobCount += event.logprobs?.length ?? 0;
    if (text !== "") emit({ type: "thought-delta", sample, step, text, outputTokens: record.outputTokens });
    const ended = record.tracker.feed(text);
    if (!parts.isThinking() || record.cancelling) return;
    for (const line of ended) askAbout(record, line.index, (judge) => judge.step(sample, line.index, line.text, false));
    if (ended.length > 0 && reasoningSteps(record) > parts.plan().maxSteps) cut(record, "length");
  }

  /** The answer of a sample that may vote; `undefined` where it gave none, was cut, or has too few steps. */
  function votingAnswer(record: SampleRecord, answer: string | undefined): string | undefined {
    const { minSteps } = parts.plan();
    const enough = minSteps <= 1 || reasoningSteps(record) >= minSteps;
    // After a stop only an answer is taken that is better than none.
    const open = parts.isThinking() || ballot.cast.length === 0;
    return enough && open ? answer : undefined;
  }

  function onEnd(
    record: SampleRecord,
    { reason: backendReason, usage, failure: why, route, isUnheard }: BackendEnd,
  ): void {
    const reason = backendReason === "cancelled" ? (record.cancelling ?? "cancelled") : backendReason;
    record.end = { reason, usage, failure: why };
    // By what the backend did: a sample that was cut at its step limit was cancelled on the wire.
    if (isUnheard) ledger.settleUnheard(record.sample, backendReason, usage);
    else ledger.settle(record.sample, backendReason, usage, route);
    if (route?.degradation !== undefined && !strangers.has(route.backend)) {
      strangers.add(route.backend);
      parts.degraded(route.degradation);
    }
    book.countEnd(reason);
    if (reason === "failed") failure = why ?? "a sample failed without saying why";
    const last = record.tracker.end();
    const answer = reason === "stop" && !record.cancelling ? extractAnswer(record.text, parts.answerKind) : undefined;
    record.answer = votingAnswer(record, answer);
    if (record.answer === undefined) {
      announceEnd(record, { answer });
      parts.changed();
      return;
    }
    const { sample } = record;
    if (parts.isThinking()) {
      if (last) askAbout(record, last.index, (judge) => judge.step(sample, last.index, last.text, true));
      const { answer: text } = record;
      if (parts.plan().verificationRounds >= 2 && text !== undefined) {
        askAbout(record, "answer", (judge) => judge.answer(sample, text));
      }
    }
    // The verifier may have been lost meanwhile, and the vote cast.
    if (record.answer === undefined) return;
    const judge = parts.isThinking() ? parts.judge() : undefined;
    if (judge && !judge.settled(sample)) timers.set("verdicts", tuning.verdictTimeoutMs, record.sample);
    else castVote(record);
  }

  function castVote(record: SampleRecord): void {
    const { answer } = record;
    if (answer === undefined) return;
    record.answer = undefined;
    timers.clear("verdicts", record.sample);
    record.score = parts.judge()?.scoreOf(record.sample);
    const vote = ballot.add(record.sample, answer, {
      score: record.score,
      logprob: chainLogprob(record),
      groupLogprob: leastSure(record),
    });
    book.countVoter(record);
    announceEnd(record, { answer, canonical: vote.canonical, vote: vote.weight });
    parts.changed();
  }

  /** Cancels a sample that went wrong, unless it is the last hope. */
  function prune(record: SampleRecord): void {
    if (!parts.isThinking() || record.end || record.cancelling) return;
    const others = book.hopeful().some((other) => other !== record);
    if (others || ballot.cast.length > 0) cut(record, "pruned");
  }

  function onVerdicts(event: ScoringEvent): void {
    const about = event.type === "step-verdicts" ? event.step : "answer";
    const { verifierTokens: tokens, costUsd } = event;
    ledger.settleVerification(`${event.sample} ${about}`, { tokens, costUsd, calls: tokens > 0 ? modelJudges : 0 });
    const score = parts.judge()?.receive(event);
    const record = book.get(event.sample);
    // Without verdicts it only says what was spent on a sample that was dropped meanwhile.
    if (record === undefined || event.verdicts.length === 0) return;
    if (event.type === "step-verdicts") {
      const { sample, step, verdicts } = event;
      emit({ type: "step-scored", sample, step, text: record.tracker.steps[step]?.text ?? "", verdicts });
      if (score !== undefined && score < tuning.pruneBelow) prune(record);
    }
    if (record.answer !== undefined && parts.judge()?.settled(record.sample)) castVote(record);
  }

  return {
    get failure() {
      return failure;
    },
    onDelta,
    onEnd,
    onVerdicts,
    castVote,
    withdraw(record) {
      const { answer } = record;
      record.answer = undefined;
      timers.clear("verdicts", record.sample);
      announceEnd(record, { answer });
    },
  };
}
