import { inferAnswerKind } from "@reckon/answers";
import {
  type AnswerKind,
  AsyncQueue,
  type GenerationEvent,
  type Outcome,
  type Plan,
  questionOf,
  ReckonError,
  type SolveEvent,
  type StopReason,
} from "@reckon/core";
import {
  type ConfidenceOptions,
  calibratorFor,
  decide,
  defaultPlanningSettings,
  escalate,
  leaderStays,
  type PlanningSettings,
  type StopState,
  windowTarget,
} from "@reckon/planning";
import { type Ballot, createBallot } from "./ballot.ts";
import { generateOptions } from "./generate-options.ts";
import { createGenerationPool, type GenerationPool } from "./generation-pool.ts";
import { createJudge, type Judge } from "./judge.ts";
import { createLedgerKeeper, type LedgerKeeper } from "./ledger-keeper.ts";
import type { Mail, TimerName } from "./mail.ts";
import { openWithin } from "./open-within.ts";
import { createOutcome } from "./outcome.ts";
import { createSampleBook, type SampleBook } from "./sample-book.ts";
import { createSampleDesk, type SampleDesk } from "./sample-desk.ts";
import { defaultSolveTuning, type SolveInput, type SolvePorts, type SolveTuning } from "./solve-ports.ts";
import { createTimers, type Timers } from "./timers.ts";

/** A token limit below this leaves no room for an answer. */
const LEAST_SAMPLE_TOKENS = 8;

/**
 * One solve while it runs: takes mail in, one piece at a time, and leaves events in `outbox`. Lives from `open` to `close`.
 * Its phases: it thinks; it stops, waiting for what was cancelled to report its usage; it has ended.
 */
export class SolveRun {
  readonly mail = new AsyncQueue<Mail>();
  readonly outbox: SolveEvent[] = [];
  readonly answerKind: AnswerKind;
  phase: "thinking" | "stopping" | "ended" = "thinking";

  readonly #input: SolveInput;
  readonly #ports: SolvePorts;
  readonly #settings: PlanningSettings;
  readonly #tuning: SolveTuning;
  readonly #startedAtMs: number;
  readonly #confidence: ConfidenceOptions;
  readonly #ledger: LedgerKeeper;
  readonly #pool: GenerationPool;
  readonly #ballot: Ballot;
  readonly #book: SampleBook = createSampleBook();
  readonly #timers: Timers;
  readonly #desk: SampleDesk;
  #votesAnnounced = 0;
  readonly #degradations: string[] = [];
  readonly #onAbort = () => this.mail.push({ type: "aborted", reason: this.#ports.signal.reason });
  #plan: Plan;
  #judge: Judge | undefined;
  #stopReason: StopReason = "failed";
  #failure: string | undefined;
  #opening = false;
  #replacements = 0;
  #lostCalls = 0;
  #freshRounds = 0;

  constructor(input: SolveInput, ports: SolvePorts) {
    this.#input = input;
    this.#ports = ports;
    this.#plan = input.plan;
    this.#settings = input.settings ?? defaultPlanningSettings;
    this.#tuning = { ...defaultSolveTuning, ...input.tuning };
    this.#startedAtMs = ports.clock.nowMs();
    const question = questionOf(input.problem);
    this.answerKind = input.answerKind ?? input.problem.answerKind ?? inferAnswerKind(question);
    this.#confidence = {
      prior: { alpha: input.difficulty.priorAlpha, beta: input.difficulty.priorBeta },
      errorModel: this.#tuning.errorModel,
      calibrator: this.#tuning.calibrator ?? calibratorFor(input.plan.model),
    };
    this.#ledger = createLedgerKeeper(input.maxOutputTokens);
    this.#pool = createGenerationPool(ports.thinker, input.problem, this.mail);
    this.#ballot = createBallot(this.answerKind, question, () => this.#plan.selection);
    this.#timers = createTimers(ports.clock, this.mail);
    this.#desk = createSampleDesk({
      book: this.#book,
      pool: this.#pool,
      ledger: this.#ledger,
      ballot: this.#ballot,
      timers: this.#timers,
      tuning: this.#tuning,
      answerKind: this.answerKind,
      plan: () => this.#plan,
      judge: () => this.#judge,
      isThinking: () => this.phase === "thinking",
      emit: (event) => this.outbox.push(event),
      changed: () => this.#onChange(),
    });
  }

  /** Opens the generation call. Throws what the backend throws, `cancelled` or `deadline-exceeded` where that comes first. */
  async open(): Promise<void> {
    const { clock, signal } = this.#ports;
    await openWithin(this.#pool.open(this.#callOptions()), { clock, signal, timeoutMs: this.#msToDeadline() });
  }

  /** Starts thinking. */
  begin(): void {
    const { signal } = this.#ports;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#openJudge();
    this.#setDeadline();
    this.#advance();
  }

  /** Takes one piece of mail in. */
  handle(mail: Mail): void {
    switch (mail.type) {
      case "generation":
        this.#onGeneration(mail.event);
        break;
      case "generation-opened":
        this.#opening = false;
        this.#advance();
        break;
      case "generation-lost":
        this.#onGenerationLost(mail.call, mail.error);
        break;
      case "scoring":
        this.#desk.onVerdicts(mail.event);
        break;
      case "scoring-lost":
        this.#loseJudge(`the verifier failed (${ReckonError.from(mail.error).message}): votes count alike`);
        break;
      case "timer":
        this.#onTimer(mail.name);
        break;
      case "aborted":
        this.#stop(mail.reason === "draining" ? "draining" : "cancelled");
        break;
    }
  }

  /** The result, once the phase is `ended`. */
  outcome(): Outcome {
    return createOutcome({
      stopReason: this.#stopReason,
      candidates: this.#ballot.candidates(),
      confidence: this.#ballot.confidence(this.#confidence),
      ledger: this.#ledger,
      book: this.#book,
      voted: this.#ballot.cast.length,
      latencyMs: this.#ports.clock.nowMs() - this.#startedAtMs,
      failure: this.#desk.failure ?? this.#failure,
      degradations: this.#degradations,
    });
  }

  /** Frees everything; may be called more than once. */
  close(): void {
    this.phase = "ended";
    this.#ports.signal.removeEventListener("abort", this.#onAbort);
    this.#timers.clearAll();
    this.#judge?.close();
    this.#pool.close();
  }

  // --- what to do next ---

  #stopState(): StopState {
    return {
      votes: this.#ballot.weighed(),
      inFlight: this.#book.hopeful().length,
      left: Math.max(0, this.#plan.samples + this.#replacements - this.#book.started),
      scored: this.#judge?.working === true,
      confidence: this.#confidence,
    };
  }

  #onChange(): void {
    if (this.#ballot.cast.length > this.#votesAnnounced) this.#announceConfidence();
    this.#votesAnnounced = this.#ballot.cast.length;
    this.#advance();
  }

  /** Ends what can be ended, else fills the window. */
  #advance(): void {
    if (this.phase === "stopping" && this.#book.live().length + this.#book.waiting().length === 0) this.phase = "ended";
    if (this.phase !== "thinking") return;
    const state = this.#stopState();
    const { reason } = decide(this.#plan.stopRule, state);
    if (reason === "exhausted") this.#onExhausted();
    else if (reason !== undefined) this.#stop(reason);
    else if (this.#pool.ready) this.#fill(state);
    else if (!this.#opening && this.#book.hopeful().length === 0) this.#stop(this.#endWithout());
  }

  /** Why thinking ends where no more samples can be made. */
  #endWithout(): StopReason {
    return this.#ballot.cast.length > 0 ? "exhausted" : "failed";
  }

  #fill(state: StopState): void {
    const { stopRule: rule, window, windowFixed: fixed } = this.#plan;
    const target = windowTarget({ rule, window, fixed }, state);
    // Cancelled samples hold their place until the backend has let go of them.
    const places = window - this.#book.live().length;
    for (let i = Math.min(target - state.inFlight, places); i > 0; i -= 1) {
      if (!this.#ledger.reserve(this.#book.started, this.#pool.maxTokens)) break;
      this.#pool.start(this.#book.add().sample);
    }
    if (this.#book.live().length + this.#book.waiting().length === 0) this.#onDry();
  }

  /** Nothing is in flight, and the ledger lets no sample of the present size start: smaller ones, or the end. */
  #onDry(): void {
    if (this.#ledger.available() < LEAST_SAMPLE_TOKENS) this.#stop("budget");
    else this.#reopen();
  }

  #reopen(): void {
    if (this.#opening) return;
    this.#opening = true;
    this.#pool.reopen(this.#callOptions());
  }

  #callOptions() {
    return generateOptions(this.#plan, this.#ledger.available(), this.#ports.capabilities, this.#input.seed);
  }

  /** All planned samples have ended: the end, unless confidence is so low that more may be spent. */
  #onExhausted(): void {
    // Pruned and cut ones may still be settling.
    if (this.#book.live().length > 0 || this.#opening) return;
    const { ends, started } = this.#book;
    if (this.#ballot.cast.length === 0 && ends.failed === started) {
      this.#stop("failed");
      return;
    }
    const { problem, difficulty, overrides = {} } = this.#input;
    const { capabilities, verifier } = this.#ports;
    const confidence = this.#ballot.confidence(this.#confidence);
    const next = escalate(
      this.#plan,
      { confidence, cut: ends.length, freshRounds: this.#freshRounds },
      { problem, difficulty, overrides, capabilities, settings: this.#settings, verifiers: verifier?.names ?? [] },
    );
    if (next === undefined || next.samples <= started) {
      this.#stop("exhausted");
      return;
    }
    if (next.strategy === this.#plan.strategy) this.#freshRounds += 1;
    this.#plan = next;
    this.outbox.push({ type: "plan-changed", reason: "escalated", detail: next.reasons[0] ?? "", plan: next });
    this.#openJudge();
    this.#setDeadline();
    this.#reopen();
  }

  /** Ends thinking: cancels what is in flight, and waits a bounded time for its exact usage. */
  #stop(reason: StopReason): void {
    if (this.phase !== "thinking") return;
    this.phase = "stopping";
    this.#stopReason = reason;
    this.#timers.clear("deadline");
    for (const record of this.#book.live()) this.#pool.cancel(record.sample);
    this.#pool.finish();
    for (const record of this.#book.waiting()) {
      // The rule has decided: what it did not see must not change the answer. Elsewhere every answer counts.
      if (reason === "confident" || reason === "no-gain") this.#desk.withdraw(record);
      else this.#desk.castVote(record);
    }
    const left = this.#ports.deadlineAtMs - this.#ports.clock.nowMs();
    this.#timers.set("settle", Math.min(this.#tuning.settleTimeoutMs, Math.max(0, left * 0.8)));
    this.#advance();
  }

  // --- time ---

  #msToDeadline(): number {
    const end = Math.min(this.#ports.deadlineAtMs, this.#startedAtMs + this.#plan.timeoutMs);
    return Math.max(0, end - this.#ports.clock.nowMs());
  }

  #setDeadline(): void {
    const left = this.#msToDeadline();
    this.#timers.set("deadline", left - Math.min(this.#tuning.deadlineMarginMs, left / 10));
  }

  #onTimer(name: TimerName): void {
    if (name === "deadline") this.#stop("deadline");
    else if (name === "settle") this.#settleLate();
    else this.#loseJudge(`the verifier did not answer within ${this.#tuning.verdictTimeoutMs} ms: votes count alike`);
  }

  #settleLate(): void {
    const late = this.#book.live();
    if (late.length === 0) return;
    this.#degradations.push(
      `${late.length} cancelled samples did not report their usage in time: tokens are those seen`,
    );
    for (const record of late) this.#desk.onEnd(record, "cancelled", record.usageSoFar);
  }

  // --- samples ---

  #onGeneration(event: GenerationEvent): void {
    const record = this.#book.get(event.sample);
    if (record === undefined || record.end !== undefined) return;
    if (event.type === "sample-started") this.outbox.push({ type: "sample-started", sample: event.sample });
    else if (event.type === "token-delta") this.#desk.onDelta(record, event);
    else {
      if (event.reason === "failed" && event.retryable !== false) this.#replace(1);
      this.#desk.onEnd(record, event.reason, event.usage, event.failure);
    }
  }

  #announceConfidence(): void {
    const confidence = this.#ballot.confidence(this.#confidence);
    if (confidence === undefined) return;
    this.outbox.push({
      type: "confidence-changed",
      confidence,
      candidates: this.#ballot.candidates(),
      leaderStays: leaderStays(this.#ballot.weighed()),
      ledger: this.#ledger.snapshot,
    });
  }

  // --- verification ---

  #openJudge(): void {
    if (this.#plan.verificationRounds === 0 || this.#judge) return;
    const { verifier } = this.#ports;
    if (verifier === undefined) this.#degrade("there is no verifier: votes count alike");
    else this.#judge = createJudge(verifier, this.#input.problem, this.#tuning.aggregation, this.mail);
  }

  #loseJudge(detail: string): void {
    if (!this.#judge?.working) return;
    this.#judge.giveUp();
    this.#ballot.forgetScores();
    if (this.phase !== "thinking") return;
    this.#plan = { ...this.#plan, verificationRounds: 0, selection: "majority" };
    this.#degrade(detail);
    this.#announceConfidence();
    for (const record of this.#book.waiting()) this.#desk.castVote(record);
    this.#advance();
  }

  #degrade(detail: string): void {
    this.#degradations.push(detail);
    this.outbox.push({ type: "plan-changed", reason: "degraded", detail, plan: this.#plan });
  }

  // --- faults of the backend ---

  #replace(count: number): void {
    this.#replacements = Math.min(this.#settings.maxRetries, this.#replacements + count);
  }

  #onGenerationLost(call: number, error: unknown): void {
    if (call < 0) this.#opening = false;
    const wasCurrent = this.#pool.forget(call);
    const live = this.#pool.samplesOf(call).flatMap((sample) => {
      const record = this.#book.get(sample);
      return record === undefined || record.end !== undefined ? [] : [record];
    });
    const failure = error === undefined ? "the generation call ended early" : ReckonError.from(error).message;
    if (live.length > 0) this.#degradations.push(`a generation call was lost (${failure}): its tokens are those seen`);
    if (this.phase === "thinking" && (wasCurrent || call < 0)) {
      this.#failure = failure;
      this.#lostCalls += 1;
      this.#replace(live.length);
      if (this.#lostCalls <= this.#settings.maxRetries) this.#reopen();
    }
    for (const record of live) {
      this.#desk.onEnd(record, this.phase === "thinking" ? "failed" : "cancelled", record.usageSoFar, failure);
    }
    this.#advance();
  }
}
