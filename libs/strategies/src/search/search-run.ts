import { inferAnswerKind } from "@reckon/answers";
import {
  type AnswerKind,
  AsyncQueue,
  type Outcome,
  questionOf,
  ReckonError,
  type SampleRoute,
  type ScoringEvent,
  type SolveEvent,
  type StopReason,
} from "@reckon/core";
import { decide, evidenceKind, leaderStays } from "@reckon/planning";
import type { Mail } from "../mail.ts";
import { openWithin } from "../open-within.ts";
import { createOutcome } from "../outcome.ts";
import type { SolveInput, SolvePorts } from "../solve-ports.ts";
import { createSearchSession } from "./create-session.ts";
import { stepsOf } from "./path.ts";
import { createSearchParts, type SearchParts } from "./search-parts.ts";
import { LAST_PATH } from "./segments.ts";
import type { SearchMethod } from "./session.ts";

/** Part of the time after which a search is brought to its answers. */
const HURRY = 0.7;
/** What is set aside for the last path is one of so many parts of what may be spent. */
const LAST_PATH_PARTS = 4;

/** What waits in a search that has ended is told so by this. */
const over = new ReckonError("cancelled", "the search has ended");

/**
 * One solve by a method of search while it runs: takes mail in, one piece at a time, as `SolveRun` does, and leaves events in
 * `outbox`. The method runs beside it, over a session; what the method emits between two pieces of mail is mail too.
 */
export class SearchRun {
  readonly mail = new AsyncQueue<Mail>();
  readonly outbox: SolveEvent[] = [];
  readonly answerKind: AnswerKind;
  phase: "thinking" | "stopping" | "ended" = "thinking";

  readonly #ports: SolvePorts;
  readonly #method: SearchMethod;
  readonly #startedAtMs: number;
  readonly #parts: SearchParts;
  readonly #strangers = new Set<string>();
  readonly #onAbort = () => this.mail.push({ type: "aborted", reason: this.#ports.signal.reason });
  #stopReason: StopReason = "failed";
  #isDry = false;
  #isLate = false;

  constructor(input: SolveInput, ports: SolvePorts, method: SearchMethod) {
    this.#ports = ports;
    this.#method = method;
    this.#startedAtMs = ports.clock.nowMs();
    this.answerKind = input.answerKind ?? input.problem.answerKind ?? inferAnswerKind(questionOf(input.problem));
    this.#parts = createSearchParts(input, ports, this.answerKind, {
      mail: this.mail,
      emit: (event) => this.#emit(event),
      isThinking: () => this.phase === "thinking",
      assertThinking: () => {
        if (this.phase !== "thinking") throw over;
      },
      voted: () => this.#onVote(),
      dry: () => {
        this.#isDry = true;
      },
      routed: (route) => this.#onRoute(route),
    });
  }

  /** Opens the call for steps. Throws what the backend throws, `cancelled` or `deadline-exceeded` where that comes first. */
  async open(): Promise<void> {
    const { clock, signal } = this.#ports;
    const { segments, deadline, plans } = this.#parts;
    await openWithin(segments.open(), { clock, signal, timeoutMs: deadline.msLeft(plans.plan) });
  }

  /** Starts thinking. */
  begin(): void {
    const { signal } = this.#ports;
    const { verification, deadline, timers, plans, ledger } = this.#parts;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener("abort", this.#onAbort, { once: true });
    verification.open();
    deadline.arm(plans.plan);
    timers.set("hurry", deadline.msLeft(plans.plan) * HURRY);
    if (ledger.limited) ledger.reserve(LAST_PATH, { maxTokens: this.#lastPathTokens(), attempts: 1 });
    const session = createSearchSession(this.#parts, {
      isDry: () => this.#isDry,
      isLate: () => this.#isLate,
    });
    this.#method(session).then(
      () => this.mail.push({ type: "search", ended: true }),
      (error: unknown) => this.mail.push({ type: "search", ended: true, error }),
    );
  }

  /** Takes one piece of mail in. Throws what a method throws that is no business of the solve: a bug. */
  handle(mail: Mail): void {
    const { segments, verification } = this.#parts;
    switch (mail.type) {
      case "generation":
        segments.onEvent(mail.event);
        break;
      case "generation-opened":
        break;
      case "generation-lost":
        segments.onLost(mail.call, mail.error);
        break;
      case "scoring":
        this.#onScoring(mail.event);
        break;
      case "scoring-lost":
        verification.lose(`the verifier failed (${ReckonError.from(mail.error).message}): votes count alike`);
        break;
      case "timer":
        this.#onTimer(mail);
        break;
      case "aborted":
        this.#stop(mail.reason === "draining" ? "draining" : "cancelled");
        break;
      case "search":
        if (mail.error !== undefined && mail.error !== over) throw mail.error;
        if (mail.ended) this.#onSearchEnded();
        break;
    }
    if (this.phase === "stopping") this.#settle();
  }

  /** The result, once the phase is `ended`. */
  outcome(): Outcome {
    const { ballot, confidence, ledger, desk, plans, faults } = this.#parts;
    return createOutcome({
      stopReason: this.#stopReason,
      candidates: ballot.candidates(),
      confidence: ballot.confidence(confidence),
      ledger,
      book: desk.book,
      samples: desk.paths,
      voted: ballot.cast.length,
      latencyMs: this.#ports.clock.nowMs() - this.#startedAtMs,
      failure: desk.failure ?? faults.failure,
      // A search is not a row of samples: it cannot be retraced by their order.
      endedAtStop: undefined,
      degradations: plans.degradations,
    });
  }

  /** Frees everything; may be called more than once. */
  close(): void {
    this.phase = "ended";
    this.#ports.signal.removeEventListener("abort", this.#onAbort);
    this.#parts.timers.clearAll();
    this.#parts.segments.stop(over);
    this.#parts.questions.releaseAll();
    this.#parts.verification.close();
    this.#parts.segments.close();
  }

  #emit(event: SolveEvent): void {
    this.outbox.push(event);
    // The loop may be waiting for mail.
    this.mail.push({ type: "search", ended: false });
  }

  #lastPathTokens(): number {
    const { ledger, plans } = this.#parts;
    return Math.max(
      1,
      Math.min(plans.plan.maxSampleTokens, Math.floor(ledger.affordableTokens(1, 1) / LAST_PATH_PARTS)),
    );
  }

  #onSearchEnded(): void {
    const { ballot, desk } = this.#parts;
    if (this.#isDry) this.#stop("budget");
    else if (this.#isLate) this.#stop("deadline");
    else if (ballot.cast.length === 0 && desk.book.ends.failed > 0) this.#stop("failed");
    else this.#stop("exhausted");
  }

  /** A vote was cast: says so, and stops where the rule has enough. */
  #onVote(): void {
    const { ballot, confidence, ledger, desk, plans, verification } = this.#parts;
    const value = ballot.confidence(confidence);
    if (value === undefined) return;
    const votes = ballot.weighed();
    this.#emit({
      ...{ type: "confidence-changed", confidence: value, candidates: ballot.candidates() },
      leaderStays: leaderStays(votes),
      ledger: ledger.snapshot,
    });
    const { reason } = decide(plans.plan.stopRule, {
      votes,
      inFlight: desk.live().length,
      left: Math.max(0, plans.plan.samples - votes.length - desk.live().length),
      evidence: evidenceKind(verification.judge?.scores === true, this.#ports.capabilities.logprobs),
      confidence,
    });
    if (reason !== undefined && reason !== "exhausted") this.#stop(reason);
  }

  #onScoring(event: ScoringEvent): void {
    const { questions, desk } = this.#parts;
    const path = desk.get(event.sample);
    if (path !== undefined && event.type === "step-verdicts" && event.verdicts.length > 0) {
      const { sample, step, verdicts } = event;
      // What a fork has inherited was told of the path it comes from.
      if (step >= stepsOf(path.inherited).length) {
        this.outbox.push({ type: "step-scored", sample, step, text: stepsOf(path.text)[step] ?? "", verdicts });
      }
    }
    questions.receive(event);
  }

  #onRoute({ backend, degradation }: SampleRoute): void {
    if (degradation === undefined || this.#strangers.has(backend)) return;
    this.#strangers.add(backend);
    this.#parts.plans.degrade(degradation);
  }

  #onTimer({ name }: Mail & { type: "timer" }): void {
    const { verification, tuning, plans, segments } = this.#parts;
    if (name === "deadline") this.#stop("deadline");
    else if (name === "hurry") this.#isLate = true;
    else if (name === "settle") {
      const late = segments.settleLate();
      verification.drop();
      if (late > 0) plans.note(`${late} cancelled samples did not report their usage in time: tokens are those seen`);
    } else if (name === "late-verdicts") {
      // Only a judge's word is worth more waiting: it is paid for by the token.
      if (this.#ports.verifier?.names.includes("judge") !== true) verification.drop();
    } else verification.lose(`the verifier did not answer within ${tuning.verdictTimeoutMs} ms: votes count alike`);
  }

  /** Ends thinking: what is complete votes, what runs is cancelled, and its exact usage waited for, within bounds. */
  #stop(reason: StopReason): void {
    if (this.phase !== "thinking") return;
    const { timers, desk, segments, questions, ledger, tuning } = this.#parts;
    const decided = reason === "confident" || reason === "no-gain";
    if (!decided) for (const path of desk.live()) desk.voteAtOnce(path);
    this.phase = "stopping";
    this.#stopReason = reason;
    timers.clear("deadline");
    timers.clear("hurry");
    ledger.release(LAST_PATH);
    segments.stop(over);
    questions.releaseAll();
    for (const path of desk.live()) this.#parts.verification.judge?.drop(path.sample);
    const left = this.#ports.deadlineAtMs - this.#ports.clock.nowMs();
    const patienceMs = (ms: number) => Math.min(ms, Math.max(0, left * 0.8));
    timers.set("late-verdicts", patienceMs(tuning.lateVerdictMs));
    timers.set("settle", patienceMs(tuning.settleTimeoutMs));
    this.mail.push({ type: "search", ended: false });
  }

  /** Ends once everything that was asked of models and verifiers has been answered, and so is on the ledger. */
  #settle(): void {
    const { segments, desk, verification } = this.#parts;
    if (segments.live > 0) return;
    for (const path of desk.live()) desk.end(path, path.cancelling ?? "cancelled");
    if (verification.judge?.owesAnswers !== true) this.phase = "ended";
  }
}
