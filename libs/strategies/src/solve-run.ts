import { extractAnswer, inferAnswerKind } from "@reckon/answers";
import {
  type AnswerKind,
  AsyncQueue,
  type GenerateOptions,
  type GenerationEvent,
  type Outcome,
  type Plan,
  questionOf,
  ReckonError,
  type SampleEnd,
  type SampleUsage,
  type ScoringEvent,
  type SolveEvent,
  type StopReason,
} from "@reckon/core";
import {
  type ConfidenceOptions,
  calibratorFor,
  decide,
  defaultPlanningSettings,
  escalate,
  type PlanningSettings,
  type StopState,
  windowTarget,
} from "@reckon/planning";
import { type Ballot, createBallot } from "./ballot.ts";
import { createGenerationPool, type GenerationPool } from "./generation-pool.ts";
import { createJudge, type Judge } from "./judge.ts";
import { createLedgerKeeper, type LedgerKeeper } from "./ledger-keeper.ts";
import type { Mail, TimerName } from "./mail.ts";
import { createSampleRecord, reasoningSteps, type SampleRecord } from "./sample-record.ts";
import { defaultSolveTuning, type SolveInput, type SolvePorts, type SolveTuning } from "./solve-ports.ts";

/** A token limit below this leaves no room for an answer. */
const LEAST_SAMPLE_TOKENS = 8;

/** One solve while it runs: takes mail in, one at a time, and leaves events in `outbox`. Lives from `open` to `close`. */
export class SolveRun {
  readonly mail = new AsyncQueue<Mail>();
  readonly outbox: SolveEvent[] = [];
  phase: "thinking" | "stopping" | "ended" = "thinking";
  readonly answerKind: AnswerKind | undefined;
  plan: Plan;

  readonly #input: SolveInput;
  readonly #ports: SolvePorts;
  readonly #settings: PlanningSettings;
  readonly #tuning: SolveTuning;
  readonly #startedAtMs: number;
  readonly #confidence: ConfidenceOptions;
  readonly #ledger: LedgerKeeper;
  readonly #pool: GenerationPool;
  readonly #ballot: Ballot;
  readonly #samples = new Map<number, SampleRecord>();
  readonly #degradations: string[] = [];
  readonly #timers = new Map<string, AbortController>();
  readonly #onAbort: () => void;
  #judge: Judge | undefined;
  #stopReason: StopReason | undefined;
  #failure: string | undefined;
  #opening = false;
  #replacements = 0;
  #lostCalls = 0;
  #stepsOfVoters: number[] = [];
  readonly #ends: Record<SampleEnd, number> = { stop: 0, length: 0, cancelled: 0, pruned: 0, failed: 0 };

  constructor(input: SolveInput, ports: SolvePorts) {
    this.#input = input;
    this.#ports = ports;
    this.plan = input.plan;
    this.#settings = input.settings ?? defaultPlanningSettings;
    this.#tuning = { ...defaultSolveTuning, ...input.tuning };
    this.#startedAtMs = ports.clock.nowMs();
    const question = questionOf(input.problem);
    this.answerKind = input.answerKind ?? input.problem.answerKind ?? inferAnswerKind(question);
    const { priorAlpha: alpha, priorBeta: beta } = input.difficulty;
    const calibrator = this.#tuning.calibrator ?? calibratorFor(input.plan.model);
    this.#confidence = { prior: { alpha, beta }, errorModel: this.#tuning.errorModel, calibrator };
    this.#ledger = createLedgerKeeper(input.maxOutputTokens);
    this.#pool = createGenerationPool(ports.thinker, input.problem, this.mail);
    this.#ballot = createBallot(this.answerKind ?? "text", () => this.plan.selection);
    this.#onAbort = () => this.mail.push({ type: "aborted", reason: ports.signal.reason });
  }

  /** Opens the generation call and the verifier; throws what the backend throws. */
  async open(): Promise<void> {
    await this.#pool.open(this.#generateOptions());
  }

  /** Starts thinking. */
  begin(): void {
    if (this.#ports.signal.aborted) this.#onAbort();
    else this.#ports.signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#openJudge();
    this.#setDeadline();
    this.#advance();
  }

  /** Takes one piece of mail in. */
  handle(mail: Mail): void {
    switch (mail.type) {
      case "generation":
        return this.#onGeneration(mail.event);
      case "generation-opened":
        this.#opening = false;
        return this.#advance();
      case "generation-lost":
        return this.#onGenerationLost(mail.call, mail.error);
      case "scoring":
        return this.#onScoring(mail.event);
      case "scoring-lost":
        return this.#loseJudge(`the verifier failed (${ReckonError.from(mail.error).message}): votes count alike`);
      case "timer":
        return this.#onTimer(mail.name, mail.sample);
      case "aborted":
        return this.#stop(mail.reason === "draining" ? "draining" : "cancelled");
    }
  }

  /** The result, once the phase is `ended`. */
  outcome(): Outcome {
    const candidates = this.#ballot.candidates(this.plan.selection);
    const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      answer: candidates[0]?.answer,
      confidence: this.#ballot.confidence(this.plan.selection, this.#confidence),
      stopReason: this.#stopReason ?? "failed",
      candidates,
      ledger: this.#ledger.snapshot,
      latencyMs: this.#ports.clock.nowMs() - this.#startedAtMs,
      samplesStarted: this.#samples.size,
      samplesVoted: this.#ballot.cast.length,
      samplesCancelled: this.#ends.cancelled,
      samplesPruned: this.#ends.pruned,
      samplesFailed: this.#ends.failed,
      meanSteps: this.#stepsOfVoters.length > 0 ? meanOf(this.#stepsOfVoters) : undefined,
      failure: this.#stopReason === "failed" ? (this.#failure ?? "no sample could be made") : undefined,
      degradations: this.#degradations,
    };
  }

  /** Frees everything; may be called more than once. */
  close(): void {
    this.phase = "ended";
    this.#ports.signal.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers.values()) timer.abort();
    this.#timers.clear();
    this.#judge?.close();
    this.#pool.close();
  }

  #generateOptions(): GenerateOptions & { maxTokens: number } {
    const { plan } = this;
    const available = this.#ledger.available();
    // Under a tight ledger samples get an even part of it, so that the window can still be filled.
    const part = Number.isFinite(available) ? Math.max(Math.floor(available / plan.window), 256) : plan.maxSampleTokens;
    const maxTokens = Math.max(1, Math.min(plan.maxSampleTokens, part, available));
    return {
      maxTokens,
      model: plan.model,
      temperature: plan.temperature,
      topP: plan.topP,
      seed: this.#input.seed,
      logprobs: this.#ports.capabilities.logprobs,
    };
  }

  #openJudge(): void {
    if (this.plan.verificationRounds === 0 || this.#judge) return;
    if (this.#ports.verifier === undefined) {
      this.#degrade("no verifier is there: votes count alike");
      return;
    }
    this.#judge = createJudge(this.#ports.verifier, this.#input.problem, this.#tuning.aggregation, this.mail);
  }

  #setDeadline(): void {
    const end = Math.min(this.#ports.deadlineAtMs, this.#startedAtMs + this.plan.timeoutMs);
    const left = end - this.#ports.clock.nowMs();
    this.#setTimer("deadline", Math.max(0, left - Math.min(this.#tuning.deadlineMarginMs, left / 10)));
  }

  #setTimer(name: TimerName, ms: number, sample?: number): void {
    const key = `${name} ${sample ?? ""}`;
    this.#timers.get(key)?.abort();
    const timer = new AbortController();
    this.#timers.set(key, timer);
    this.#ports.clock.sleep(ms, timer.signal).then(
      () => this.mail.push({ type: "timer", name, sample }),
      () => undefined, // Cleared: whatever it was to watch has happened.
    );
  }

  #clearTimer(name: TimerName, sample?: number): void {
    const key = `${name} ${sample ?? ""}`;
    this.#timers.get(key)?.abort();
    this.#timers.delete(key);
  }

  #live(): SampleRecord[] {
    return [...this.#samples.values()].filter((record) => record.end === undefined);
  }

  #judging(): SampleRecord[] {
    return [...this.#samples.values()].filter((record) => record.answer !== undefined);
  }

  #stopState(): StopState {
    return {
      votes: this.#ballot.weighed(this.plan.selection),
      inFlight: this.#live().filter((record) => record.cancelling === undefined).length + this.#judging().length,
      left: Math.max(0, this.plan.samples + this.#replacements - this.#samples.size),
      confidence: this.#confidence,
    };
  }

  /** Decides whether to go on, and if so, fills the window. */
  #advance(): void {
    if (this.phase !== "thinking") return;
    const state = this.#stopState();
    const decision = decide(this.plan.stopRule, state);
    if (decision.stop) {
      if (decision.reason === "exhausted") return this.#onExhausted();
      return this.#stop(decision.reason as StopReason);
    }
    if (!this.#pool.ready) return;
    const scored = this.#judge?.working === true;
    const target = windowTarget({ rule: this.plan.stopRule, window: this.plan.window, scored }, state);
    for (let i = state.inFlight; i < target; i += 1) if (!this.#startSample()) break;
    if (this.#live().length === 0 && this.#judging().length === 0) this.#onDry();
  }

  #startSample(): boolean {
    const sample = this.#samples.size;
    if (!this.#ledger.reserve(sample, this.#pool.maxTokens)) return false;
    this.#samples.set(sample, createSampleRecord(sample));
    this.#pool.start(sample);
    return true;
  }

  /** Nothing is in flight and the ledger lets no sample of the present size start: smaller ones, or the end. */
  #onDry(): void {
    if (this.#opening) return;
    if (this.#ledger.available() < LEAST_SAMPLE_TOKENS) return this.#stop("budget");
    this.#opening = true;
    this.#pool.reopen(this.#generateOptions());
  }

  #onExhausted(): void {
    // Cancelled ones, pruned or cut, are still to settle; what they free may pay for more.
    if (this.#live().length > 0) return;
    const { confidence } = { confidence: this.#ballot.confidence(this.plan.selection, this.#confidence) };
    const next = escalate(
      this.plan,
      { confidence, cut: this.#ends.length },
      {
        problem: this.#input.problem,
        difficulty: this.#input.difficulty,
        overrides: this.#input.overrides ?? {},
        capabilities: this.#ports.capabilities,
        settings: this.#settings,
        verifiers: this.#ports.verifier?.names ?? [],
      },
    );
    const failed = this.#ballot.cast.length === 0 && this.#ends.failed === this.#samples.size;
    if (next === undefined || failed || next.samples <= this.#samples.size)
      return this.#stop(failed ? "failed" : "exhausted");
    this.plan = next;
    this.outbox.push({ type: "plan-changed", reason: "escalated", detail: next.reasons[0] ?? "", plan: next });
    this.#openJudge();
    this.#setDeadline();
    this.#opening = true;
    this.#pool.reopen(this.#generateOptions());
  }

  #onGeneration(event: GenerationEvent): void {
    const record = this.#samples.get(event.sample);
    if (record === undefined || record.end !== undefined) return;
    switch (event.type) {
      case "sample-started":
        this.outbox.push({ type: "sample-started", sample: event.sample });
        return;
      case "token-delta":
        return this.#onDelta(record, event);
      case "sample-ended":
        if (event.reason === "failed" && event.retryable !== false) this.#replace();
        return this.#onEnd(record, event.reason, event.usage, event.failure);
    }
  }

  #onDelta(record: SampleRecord, event: GenerationEvent & { type: "token-delta" }): void {
    const step = record.tracker.steps.length;
    record.text += event.text;
    record.outputTokens += event.tokens;
    for (const logprob of event.logprobs ?? []) record.logprobSum += logprob;
    record.logprobCount += event.logprobs?.length ?? 0;
    const { sample, outputTokens } = record;
    if (event.text !== "") this.outbox.push({ type: "thought-delta", sample, step, text: event.text, outputTokens });
    const ended = record.tracker.feed(event.text);
    if (this.phase !== "thinking" || record.cancelling) return;
    for (const line of ended) this.#judge?.step(sample, line.index, line.text, false);
    if (ended.length > 0 && reasoningSteps(record) > this.plan.maxSteps) {
      record.cancelling = "length";
      this.#pool.cancel(sample);
    }
  }

  #onEnd(record: SampleRecord, backendReason: SampleEnd, usage: SampleUsage, failure?: string): void {
    const reason = backendReason === "cancelled" ? (record.cancelling ?? "cancelled") : backendReason;
    record.end = { reason, usage, failure };
    // By what the backend did: a sample that was cut at its step limit was cancelled on the wire.
    this.#ledger.settle(record.sample, backendReason === "cancelled" ? "cancelled" : reason, usage);
    this.#ends[reason] += 1;
    if (reason === "failed") this.#failure = failure ?? "a sample failed without saying why";
    const last = record.tracker.end();
    const steps = reasoningSteps(record);
    const answer = reason === "stop" ? extractAnswer(record.text, this.answerKind) : undefined;
    const votes = answer !== undefined && steps >= this.plan.minSteps - 1 && this.#mayVote();
    if (!votes) {
      this.#judge?.drop(record.sample);
      this.#announceEnd(record, answer, undefined, undefined);
      return this.#settleOrAdvance();
    }
    record.answer = answer;
    const judge = this.phase === "thinking" ? this.#judge : undefined;
    if (judge?.working) {
      if (last) judge.step(record.sample, last.index, last.text, true);
      if (this.plan.verificationRounds >= 2) judge.answer(record.sample, answer);
      if (!judge.settled(record.sample)) {
        this.#setTimer("verdicts", this.#tuning.verdictTimeoutMs, record.sample);
        return;
      }
    }
    this.#castVote(record);
  }

  /** After a stop only an answer that nobody else has given is still taken. */
  #mayVote(): boolean {
    return this.phase === "thinking" || this.#ballot.cast.length === 0;
  }

  #castVote(record: SampleRecord): void {
    const answer = record.answer as string;
    record.answer = undefined;
    this.#clearTimer("verdicts", record.sample);
    const score = this.#judge?.working ? this.#judge.scoreOf(record.sample) : undefined;
    const vote = this.#ballot.add(record.sample, answer, score);
    this.#stepsOfVoters.push(reasoningSteps(record));
    this.#judge?.drop(record.sample);
    this.#announceEnd(record, answer, vote.canonical, vote.weight);
    const confidence = this.#ballot.confidence(this.plan.selection, this.#confidence);
    if (confidence) {
      this.outbox.push({
        type: "confidence-changed",
        confidence,
        candidates: this.#ballot.candidates(this.plan.selection),
        leaderStays: decide(this.plan.stopRule, this.#stopState()).leaderStays,
        ledger: this.#ledger.snapshot,
      });
    }
    this.#settleOrAdvance();
  }

  #announceEnd(
    record: SampleRecord,
    answer: string | undefined,
    canonical: string | undefined,
    vote: number | undefined,
  ): void {
    if (record.end === undefined) return;
    this.outbox.push({
      type: "sample-ended",
      sample: record.sample,
      reason: record.end.reason,
      answer,
      canonical,
      steps: record.tracker.steps.length,
      usage: record.end.usage,
      vote,
      verdicts: this.#judge?.verdictsOf(record.sample) ?? [],
      meanLogprob: record.logprobCount > 0 ? record.logprobSum / record.logprobCount : undefined,
      failure: record.end.failure,
    });
  }

  #onScoring(event: ScoringEvent): void {
    this.#ledger.addVerifierTokens(event.verifierTokens);
    const score = this.#judge?.receive(event);
    const record = this.#samples.get(event.sample);
    if (record === undefined) return;
    if (event.type === "step-verdicts") {
      const text = record.tracker.steps[event.step]?.text ?? "";
      const { sample, step, verdicts } = event;
      this.outbox.push({ type: "step-scored", sample, step, text, verdicts });
      if (score !== undefined && score < this.#tuning.pruneBelow) this.#prune(record);
    }
    if (record.answer !== undefined && this.#judge?.settled(record.sample)) this.#castVote(record);
  }

  /** Cancels a sample that went wrong, unless it is the last hope. */
  #prune(record: SampleRecord): void {
    if (this.phase !== "thinking" || record.end || record.cancelling) return;
    const others = this.#live().some((other) => other !== record && other.cancelling === undefined);
    if (!others && this.#ballot.cast.length === 0 && this.#judging().length === 0) return;
    record.cancelling = "pruned";
    this.#pool.cancel(record.sample);
    this.#judge?.drop(record.sample);
  }

  #replace(): void {
    if (this.#replacements < this.#settings.maxRetries) this.#replacements += 1;
  }

  #degrade(detail: string): void {
    this.#degradations.push(detail);
    this.outbox.push({ type: "plan-changed", reason: "degraded", detail, plan: this.plan });
  }

  #loseJudge(detail: string): void {
    if (!this.#judge?.working) return;
    this.#judge.giveUp();
    this.#ballot.forgetScores();
    if (this.phase === "thinking") {
      this.plan = { ...this.plan, verificationRounds: 0, selection: "majority" };
      this.#degrade(detail);
    }
    for (const record of this.#judging()) this.#castVote(record);
  }

  #onGenerationLost(call: number, error: unknown): void {
    this.#opening = false;
    const failure = error === undefined ? "the generation call ended early" : ReckonError.from(error).message;
    const lost = (call < 0 ? [] : this.#pool.samplesOf(call)).flatMap((sample) => this.#samples.get(sample) ?? []);
    const live = lost.filter((record) => record.end === undefined);
    if (this.phase === "thinking" && (live.length > 0 || error !== undefined || !this.#pool.ready)) {
      this.#lostCalls += 1;
      this.#failure = failure;
      for (const _ of live) this.#replace();
    }
    const before = this.phase;
    // Ended under a phase of their own: each would otherwise refill the window on a call that is gone.
    for (const record of live) {
      const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: record.outputTokens };
      this.#onEnd(record, this.phase === "thinking" ? "failed" : "cancelled", usage, failure);
    }
    if (live.length > 0)
      this.#degradations.push(`${live.length} samples were lost with their call: their tokens are those seen`);
    if (before !== "thinking" || this.phase !== "thinking" || this.#pool.ready || this.#opening) return;
    if (this.#lostCalls > this.#settings.maxRetries)
      return this.#stop(this.#ballot.cast.length > 0 ? "exhausted" : "failed");
    if (this.#stopState().left > 0) {
      this.#opening = true;
      this.#pool.reopen(this.#generateOptions());
    }
  }

  #onTimer(name: TimerName, sample: number | undefined): void {
    if (name === "deadline") return this.#stop("deadline");
    if (name === "settle") return this.#settleLate();
    const record = sample === undefined ? undefined : this.#samples.get(sample);
    if (record?.answer === undefined) return;
    this.#loseJudge(`the verifier did not answer within ${this.#tuning.verdictTimeoutMs} ms: votes count alike`);
  }

  /** Ends thinking: cancels what is in flight, and waits a bounded time for its exact usage. */
  #stop(reason: StopReason): void {
    if (this.phase !== "thinking") return;
    this.phase = "stopping";
    this.#stopReason = reason;
    this.#clearTimer("deadline");
    for (const record of this.#live()) this.#pool.cancel(record.sample);
    this.#pool.finish();
    for (const record of this.#judging()) {
      if (reason !== "confident") this.#castVote(record);
      else this.#withdraw(record);
    }
    const left = this.#ports.deadlineAtMs - this.#ports.clock.nowMs();
    this.#setTimer("settle", Math.max(0, Math.min(this.#tuning.settleTimeoutMs, left * 0.8)));
    this.#settleOrAdvance();
  }

  #withdraw(record: SampleRecord): void {
    const { answer } = record;
    record.answer = undefined;
    this.#clearTimer("verdicts", record.sample);
    this.#announceEnd(record, answer, undefined, undefined);
  }

  #settleOrAdvance(): void {
    if (this.phase === "thinking") return this.#advance();
    if (this.phase === "stopping" && this.#live().length === 0 && this.#judging().length === 0) this.phase = "ended";
  }

  #settleLate(): void {
    const late = this.#live();
    if (late.length === 0) return;
    this.#degradations.push(
      `${late.length} cancelled samples did not report their usage in time: their tokens are those seen`,
    );
    for (const record of late) {
      this.#onEnd(record, "cancelled", { promptTokens: 0, cachedPromptTokens: 0, outputTokens: record.outputTokens });
    }
  }
}
