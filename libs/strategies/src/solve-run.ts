import {
  type AnswerKind,
  AsyncQueue,
  type GenerationEvent,
  type Outcome,
  ReckonError,
  type SolveEvent,
  type StopReason,
} from "@reckon/core";
import { decide, leaderStays } from "@reckon/planning";
import { loseGeneration } from "./lose-generation.ts";
import type { Mail } from "./mail.ts";
import { openWithin } from "./open-within.ts";
import { createOutcome } from "./outcome.ts";
import { createSolveParts, type SolveParts } from "./solve-parts.ts";
import type { SolveInput, SolvePorts } from "./solve-ports.ts";
import { stopStateOf } from "./stop-state.ts";

/**
 * One solve while it runs: takes mail in, one piece at a time, and leaves events in `outbox`. Lives from `open` to `close`.
 * Its phases: it thinks; it stops, waiting for what was cancelled to report its usage; it has ended.
 */
export class SolveRun {
  readonly mail = new AsyncQueue<Mail>();
  readonly outbox: SolveEvent[] = [];
  readonly answerKind: AnswerKind;
  phase: "thinking" | "stopping" | "ended" = "thinking";

  readonly #ports: SolvePorts;
  readonly #startedAtMs: number;
  readonly #parts: SolveParts;
  readonly #onAbort = () => this.mail.push({ type: "aborted", reason: this.#ports.signal.reason });
  #stopReason: StopReason = "failed";
  #endedAtStop: number | undefined;
  #votesAnnounced = 0;

  constructor(input: SolveInput, ports: SolvePorts) {
    this.#ports = ports;
    this.#startedAtMs = ports.clock.nowMs();
    this.#parts = createSolveParts(input, ports, {
      mail: this.mail,
      emit: (event) => this.outbox.push(event),
      isThinking: () => this.#isThinking(),
      changed: () => this.#onChange(),
      verifierGone: () => this.#onVerifierGone(),
    });
    this.answerKind = this.#parts.answerKind;
  }

  /** Opens the generation call. Throws what the backend throws, `cancelled` or `deadline-exceeded` where that comes first. */
  async open(): Promise<void> {
    const { clock, signal } = this.#ports;
    const timeoutMs = this.#parts.deadline.msLeft(this.#parts.plans.plan);
    await openWithin(this.#parts.pool.open(this.#parts.starter.callOptions()), { clock, signal, timeoutMs });
  }

  /** Starts thinking. */
  begin(): void {
    const { signal } = this.#ports;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#relieve();
    this.#parts.verification.open();
    this.#parts.deadline.arm(this.#parts.plans.plan);
    this.#advance();
  }

  /** Takes one piece of mail in. */
  handle(mail: Mail): void {
    switch (mail.type) {
      case "generation":
        this.#onGeneration(mail.event);
        break;
      case "generation-opened":
        this.#parts.starter.isOpening = false;
        this.#advance();
        break;
      case "generation-lost":
        loseGeneration(this.#parts, mail, () => this.#isThinking());
        this.#advance();
        break;
      case "scoring":
        this.#parts.desk.onVerdicts(mail.event);
        if (!this.#isThinking()) this.#advance();
        break;
      case "scoring-lost":
        this.#parts.verification.lose(
          `the verifier failed (${ReckonError.from(mail.error).message}): votes count alike`,
        );
        break;
      case "timer":
        this.#onTimer(mail);
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
      candidates: this.#parts.ballot.candidates(),
      confidence: this.#parts.ballot.confidence(this.#parts.confidence),
      ledger: this.#parts.ledger,
      book: this.#parts.book,
      samples: this.#parts.book.samples,
      voted: this.#parts.ballot.cast.length,
      latencyMs: this.#ports.clock.nowMs() - this.#startedAtMs,
      failure: this.#parts.desk.failure ?? this.#parts.faults.failure,
      degradations: this.#parts.plans.degradations,
      endedAtStop: this.#endedAtStop,
    });
  }

  /** Frees everything, as often as it is called. */
  close(): void {
    this.phase = "ended";
    this.#ports.signal.removeEventListener("abort", this.#onAbort);
    this.#parts.timers.clearAll();
    this.#parts.verification.close();
    this.#parts.pool.close();
  }

  // --- what to do next ---

  #isThinking(): boolean {
    return this.phase === "thinking";
  }

  #onChange(): void {
    if (this.#parts.ballot.cast.length > this.#votesAnnounced) this.#announceConfidence();
    this.#votesAnnounced = this.#parts.ballot.cast.length;
    this.#advance();
  }

  /** Ends what can be ended, else fills the window. */
  #advance(): void {
    if (this.phase === "stopping" && this.#isSettled()) this.phase = "ended";
    if (this.phase !== "thinking") return;
    this.#relieve();
    if (!this.#isThinking()) return;
    const state = stopStateOf(this.#parts, this.#ports.capabilities);
    const { reason } = decide(this.#parts.plans.plan.stopRule, state);
    if (reason === "exhausted") this.#onExhausted();
    else if (reason !== undefined) this.#stop(reason);
    else if (this.#parts.pool.ready) {
      if (this.#parts.starter.fill(state) === "dry") this.#stop("budget");
    } else if (!this.#parts.starter.isOpening && this.#parts.book.hopeful().length === 0)
      this.#stop(this.#endWithout());
  }

  /** Whether everything that was asked of models and verifiers has been answered, and so is on the ledger. */
  #isSettled(): boolean {
    const { book, verification } = this.#parts;
    return book.live().length + book.waiting().length === 0 && verification.judge?.owesAnswers !== true;
  }

  /** Why thinking ends where no more samples can be made. */
  #endWithout(): StopReason {
    return this.#parts.ballot.cast.length > 0 ? "exhausted" : "failed";
  }

  /** All planned samples have ended: the end, unless there is a plan to go on with. */
  #onExhausted(): void {
    const { book, ballot, faults, gauge, plans, deadline } = this.#parts;
    // Pruned and cut ones may still be settling.
    if (book.live().length > 0 || this.#parts.starter.isOpening) return;
    const next = this.#parts.continuation({
      ...{ plan: plans.plan, started: book.started, failed: book.ends.failed, cut: book.ends.length },
      confidence: ballot.confidence(this.#parts.confidence),
      mayPass: faults.mayPass,
      isRelieved: gauge.isRelieved,
    });
    if (typeof next === "string") {
      this.#stop(next);
      return;
    }
    if (next.how === "escalated") plans.escalate(next.plan);
    else plans.degrade(next.plan.reasons[0] ?? "", next.plan);
    this.#parts.verification.open();
    deadline.arm(next.plan);
    this.#parts.starter.reopen();
  }

  /** Cuts the plan down where pressure has risen. */
  #relieve(): void {
    const relief = this.#parts.gauge.read(this.#parts.plans.plan);
    if (relief === undefined) return;
    this.#parts.plans.degrade(relief.detail, relief.plan);
    if (relief.plan.verificationRounds === 0) this.#parts.verification.drop();
  }

  /** Ends thinking: cancels what is in flight, and waits a bounded time for its exact usage. */
  #stop(reason: StopReason): void {
    if (this.phase !== "thinking") return;
    this.phase = "stopping";
    this.#stopReason = reason;
    this.#endedAtStop = this.#parts.book.ended;
    this.#parts.timers.clear("deadline");
    for (const record of this.#parts.book.live()) {
      this.#parts.pool.cancel(record.sample);
      this.#parts.verification.judge?.drop(record.sample);
    }
    this.#parts.pool.finish();
    const left = this.#ports.deadlineAtMs - this.#ports.clock.nowMs();
    const patienceMs = (ms: number) => Math.min(ms, Math.max(0, left * 0.8));
    // What has finished is paid for and votes. Where the rule has decided, only once its verdicts are in, as all the others
    // did, and for that they have a moment; elsewhere there is none to lose.
    const decided = reason === "confident" || reason === "no-gain";
    if (!decided) for (const record of this.#parts.book.waiting()) this.#parts.desk.castVote(record);
    this.#parts.timers.set("late-verdicts", patienceMs(this.#parts.tuning.lateVerdictMs));
    this.#parts.timers.set("settle", patienceMs(this.#parts.tuning.settleTimeoutMs));
    this.#advance();
  }

  // --- time ---

  #onTimer({ name }: Mail & { type: "timer" }): void {
    if (name === "deadline") this.#stop("deadline");
    else if (name === "settle") this.#settleLate();
    else if (name === "late-verdicts") this.#endVerification();
    else
      this.#parts.verification.lose(
        `the verifier did not answer within ${this.#parts.tuning.verdictTimeoutMs} ms: votes count alike`,
      );
  }

  /** What is not judged by now will not vote; what a verifier owes, only a judge's word is worth more waiting. */
  #endVerification(): void {
    this.#withdrawLate();
    const isPaid = this.#ports.verifier?.names.includes("judge") === true;
    if (!isPaid) this.#parts.verification.drop();
  }

  #withdrawLate(): void {
    for (const record of this.#parts.book.waiting()) this.#parts.desk.withdraw(record);
    this.#advance();
  }

  #settleLate(): void {
    const late = this.#parts.book.live();
    this.#parts.verification.drop();
    if (late.length === 0) return;
    this.#parts.plans.note(
      `${late.length} cancelled samples did not report their usage in time: tokens are those seen`,
    );
    for (const record of late)
      this.#parts.desk.onEnd(record, { reason: "cancelled", usage: record.usageSoFar, isUnheard: true });
  }

  // --- samples ---

  #onGeneration(event: GenerationEvent): void {
    const record = this.#parts.book.get(event.sample);
    if (record === undefined || record.end !== undefined) return;
    if (event.type === "sample-started") this.outbox.push({ type: "sample-started", sample: event.sample });
    else if (event.type === "token-delta") this.#parts.desk.onDelta(record, event);
    else {
      if (event.reason === "failed" && event.retryable !== false) this.#parts.faults.replace(1);
      this.#parts.desk.onEnd(record, event);
    }
  }

  #announceConfidence(): void {
    const confidence = this.#parts.ballot.confidence(this.#parts.confidence);
    if (confidence === undefined) return;
    this.outbox.push({
      type: "confidence-changed",
      confidence,
      candidates: this.#parts.ballot.candidates(),
      leaderStays: leaderStays(this.#parts.ballot.weighed()),
      ledger: this.#parts.ledger.snapshot,
    });
  }

  /** Nobody waits for verdicts any more. */
  #onVerifierGone(): void {
    if (this.phase !== "thinking") {
      this.#withdrawLate();
      return;
    }
    this.#announceConfidence();
    for (const record of this.#parts.book.waiting()) this.#parts.desk.castVote(record);
    this.#advance();
  }
}
