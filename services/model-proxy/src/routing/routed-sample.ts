import { type GenerationEvent, ReckonError, type SampleOverrides } from "@reckon/core";
import { backoffMs } from "@reckon/resilience";
import { type Attempt, createAttempt, giveUp, hasComputed, noteFirstToken, settle } from "./attempt.ts";
import { type Ended, endingOf, errorOf, failedBy, isWhole } from "./attempt-end.ts";
import type { CallContext } from "./call-context.ts";
import { placeSample } from "./place-sample.ts";
import type { Placement, PlaceRequest } from "./pool.ts";
import type { Replica } from "./replica.ts";
import type { AttemptKind } from "./routing-news.ts";
import { createSampleAccount } from "./sample-account.ts";

type Delta = Extract<GenerationEvent, { type: "token-delta" }>;

const assumedOutputTokens = 512;

/**
 * One sample on its way through replicas. It waits for a place; it runs on one replica, or on two while neither has given a
 * token; the first token decides which one counts. A request that fails before that is made again elsewhere; one that breaks
 * later is continued from its text where the model can do that. It ends once, when every request for it has ended, so that
 * its usage holds all that was spent.
 */
export class RoutedSample {
  readonly #sample: number;
  readonly #overrides: SampleOverrides;
  readonly #call: CallContext;
  readonly #account = createSampleAccount();
  readonly #cancelled = new AbortController();
  readonly #running = new Set<Attempt>();
  readonly #avoid = new Set<Replica>();
  readonly #notes: string[] = [];
  #degradation: string | undefined;
  #placing = 0;
  /** The attempt whose text the client gets. */
  #chosen: Attempt | undefined;
  #hasBegun = false;
  #text = "";
  #retries = 0;
  #steps = 0;
  #architecture: string | undefined;
  /** How it ends, once that is known; it is told when nothing runs any more. */
  #end: Ended | undefined;
  #isOver = false;

  constructor(sample: number, overrides: SampleOverrides, call: CallContext) {
    this.#sample = sample;
    this.#overrides = overrides;
    this.#call = call;
  }

  start(): void {
    void this.#launch("first");
  }

  cancel(): void {
    if (this.#end !== undefined || this.#isOver) return;
    this.#end = this.#ended("cancelled");
    this.#cancelled.abort(new ReckonError("cancelled", `sample ${this.#sample} was cancelled`));
    for (const attempt of this.#running) giveUp(attempt, "cancelled");
    this.#endIfDone();
  }

  get #maxTokens(): number | undefined {
    return this.#overrides.maxTokens ?? this.#call.options.maxTokens;
  }

  #request(): PlaceRequest {
    const { promptTokens, keyOf, homes, options } = this.#call;
    return {
      key: keyOf(this.#sample),
      homes,
      tokens: promptTokens + (this.#maxTokens ?? assumedOutputTokens),
      priority: options.routing?.priority ?? 0,
      avoid: this.#avoid,
    };
  }

  /** Finds a place and makes a request there. */
  async #launch(kind: AttemptKind): Promise<void> {
    this.#placing += 1;
    try {
      const mustContinue = kind === "continuation";
      const placed = await placeSample(this.#call, this.#request(), mustContinue, this.#cancelled.signal);
      this.#degradation = placed.degradation;
      if (placed.degradation !== undefined) this.#notes.push(placed.degradation);
      if (this.#end === undefined) this.#run(kind, placed.placement, placed.model);
      else placed.placement.release();
    } catch (error) {
      this.#fail(ReckonError.from(error));
    } finally {
      this.#placing -= 1;
      this.#endIfDone();
    }
  }

  #run(kind: AttemptKind, placement: Placement, model: string): void {
    const { options, lanes } = this.#call;
    if (placement.spilled && kind === "first") {
      this.#notes.push(`spilled to ${placement.replica.name}: the replica of its solve was full`);
    }
    if (kind !== "hedge") placement.pool.hedging?.called();
    const attempt = createAttempt(kind, placement);
    this.#running.add(attempt);
    const overrides: { -readonly [K in keyof SampleOverrides]: SampleOverrides[K] } = { ...this.#overrides };
    if (this.#text !== "") overrides.prefix = (this.#overrides.prefix ?? options.prefix ?? "") + this.#text;
    const spent = this.#account.usage.outputTokens;
    if (this.#maxTokens !== undefined && spent > 0) overrides.maxTokens = this.#maxTokens - spent;
    const onEvent = (event: GenerationEvent) => this.#receive(attempt, event);
    lanes.start(placement.replica, model, this.#sample, overrides, onEvent).then(
      (handle) => {
        attempt.handle = handle;
        if (attempt.given !== undefined) handle.cancel();
      },
      (error) => this.#attemptEnded(attempt, failedBy(ReckonError.from(error), this.#sample)),
    );
  }

  #receive(attempt: Attempt, event: GenerationEvent): void {
    if (event.type === "token-delta") this.#delta(attempt, event);
    else if (event.type === "sample-ended") this.#attemptEnded(attempt, event);
    else this.#began(attempt);
  }

  #began(attempt: Attempt): void {
    const { clock, settings, emit } = this.#call;
    attempt.began = true;
    attempt.beganAtMs = clock.nowMs();
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      emit({ type: "sample-started", sample: this.#sample });
    }
    // The embedded model shares its processors with everything else: slow is not broken there.
    const { pool } = attempt.placement;
    if (pool.settings.backend.kind === "embedded") return;
    this.#after(attempt, settings.breakerTimeoutMs, () => giveUp(attempt, "timed-out"));
    const mayHedge = this.#call.options.routing?.hedge === true && attempt.kind !== "hedge" && this.#text === "";
    if (mayHedge && pool.hedging !== undefined)
      this.#after(attempt, pool.hedging.delayMs(), () => this.#hedge(attempt));
  }

  #after(attempt: Attempt, ms: number, then: () => void): void {
    this.#call.clock.sleep(ms, attempt.timers.signal).then(
      () => {
        if (!attempt.gaveTokens && !attempt.ended) then();
      },
      // It has given a token, or has ended.
      () => undefined,
    );
  }

  /** Asks another replica for the same sample, if there is one with a place and leave to do so. */
  #hedge(slow: Attempt): void {
    const { pool, replica } = slow.placement;
    const mayRunBoth = this.#account.computed + this.#running.size < this.#maxAttempts;
    if (this.#end !== undefined || this.#running.size > 1 || !mayRunBoth || pool.queued > 0) return;
    const avoid = new Set([...this.#avoid, replica]);
    if (!pool.hasOther(avoid) || pool.hedging?.trySpend() !== true) return;
    const placement = pool.tryPlace({ ...this.#request(), avoid, avoidStrictly: true });
    const candidate = [...this.#call.candidates].find((own) => own.pool === pool);
    if (placement === undefined || candidate === undefined) {
      placement?.release();
      return;
    }
    this.#notes.push(`hedged on ${placement.replica.name}: ${replica.name} gave no token in time`);
    this.#run("hedge", placement, candidate.model.id);
  }

  get #maxAttempts(): number {
    const { options, settings } = this.#call;
    return options.routing?.maxAttempts ?? settings.maxRetries + 2;
  }

  #delta(attempt: Attempt, event: Delta): void {
    const { clock, news, emit } = this.#call;
    if (!attempt.gaveTokens) noteFirstToken(attempt, clock, news);
    if (this.#chosen === undefined) {
      this.#chosen = attempt;
      this.#architecture = attempt.placement.pool.settings.architecture;
      for (const other of this.#running) if (other !== attempt) giveUp(other, "lost-hedge");
    }
    if (this.#chosen !== attempt) return;
    this.#text += event.text;
    emit(event);
  }

  #attemptEnded(attempt: Attempt, event: Ended): void {
    if (attempt.ended) return;
    const ending = endingOf(event);
    settle(attempt, ending, this.#call.news);
    this.#running.delete(attempt);
    const computed = hasComputed(attempt, ending);
    const isText = this.#chosen === attempt || (this.#chosen === undefined && attempt.given !== "timed-out");
    const counts = isText && attempt.given !== "lost-hedge" && !(event.reason === "failed" && !attempt.gaveTokens);
    this.#account.add(attempt.placement, event.usage, counts, computed);
    if (this.#end === undefined) this.#decide(attempt, event);
    // It had ended by itself before the cancellation reached it: its tokens are those of an answer.
    else if (this.#end.reason === "cancelled" && isWhole(event) && (this.#chosen ?? attempt) === attempt)
      this.#end = event;
    this.#endIfDone();
  }

  /** What comes after an attempt has ended, while the sample goes on. */
  #decide(attempt: Attempt, event: Ended): void {
    if (attempt.given === "lost-hedge") return;
    if (isWhole(event) && (this.#chosen ?? attempt) === attempt) {
      this.#chosen = attempt;
      this.#end = event;
      for (const other of this.#running) giveUp(other, "lost-hedge");
      return;
    }
    // The other one may still do.
    if (this.#chosen !== attempt && this.#running.size > 0) return;
    const error = errorOf(attempt, event, this.#call.settings);
    if (!this.#tryAgain(attempt, error)) this.#fail(error);
  }

  /** Makes another request, now or after a while; false where that is not possible or not allowed. */
  #tryAgain(attempt: Attempt, error: ReckonError): boolean {
    const { settings, clock, candidates } = this.#call;
    const { pool, replica } = attempt.placement;
    if (!error.retryable || this.#retries >= settings.maxRetries || this.#account.computed >= this.#maxAttempts)
      return false;
    const isBroken = this.#text !== "";
    if (isBroken && !candidates.some(({ model }) => model.capabilities.continueFromPrefix)) return false;
    const left = (this.#maxTokens ?? Number.POSITIVE_INFINITY) - this.#account.usage.outputTokens;
    if (isBroken && left < 1) {
      this.#end = this.#ended("length");
      return true;
    }
    // One that only asked for a pause is not to be avoided: its pool keeps to that.
    if (error.code !== "resource-exhausted" || error.retryAfterMs === undefined) this.#avoid.add(replica);
    // The pool's limiter keeps to what a 429 asked for; another replica need not wait for a broken one.
    const isElsewhere = error.code !== "resource-exhausted" && pool.hasOther(this.#avoid);
    const waitMs = isElsewhere ? 0 : backoffMs(this.#retries, error.retryAfterMs, settings.backoff);
    if (waitMs === undefined && this.#call.candidates.length < 2 && pool.fallback.length === 0) return false;
    this.#retries += 1;
    this.#chosen = undefined;
    const what = isBroken ? `continued after ${this.#account.usage.outputTokens} tokens` : "tried again";
    this.#notes.push(`${what}: ${error.message}`);
    this.#placing += 1;
    const again = () => {
      this.#placing -= 1;
      if (this.#end === undefined) void this.#launch(isBroken ? "continuation" : "retry");
      else this.#endIfDone();
    };
    clock.sleep(waitMs ?? 0, this.#cancelled.signal).then(again, again);
    return true;
  }

  #fail(error: ReckonError): void {
    if (this.#end !== undefined) return;
    const { message: failure, retryable, retryAfterMs, code: failureCode } = error;
    const after = retryAfterMs === undefined ? {} : { retryAfterMs };
    this.#end = { ...this.#ended("failed"), failure, retryable, failureCode, ...after };
    for (const attempt of this.#running) giveUp(attempt, "cancelled");
    this.#endIfDone();
  }

  #ended(reason: Ended["reason"]): Ended {
    return { type: "sample-ended", sample: this.#sample, reason, usage: this.#account.usage };
  }

  #endIfDone(): void {
    if (this.#end === undefined || this.#isOver || this.#running.size > 0 || this.#placing > 0) return;
    this.#isOver = true;
    this.#steps = this.#text.split("\n").filter((line) => line.trim() !== "").length;
    this.#call.news.steps(this.#architecture ?? "unknown", this.#steps);
    this.#call.emit({
      ...this.#end,
      usage: this.#account.usage,
      route: this.#account.route(this.#notes, this.#degradation),
    });
  }
}
