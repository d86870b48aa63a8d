import { type Context, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  type Backend,
  outputTokensOf,
  type Plan,
  type Problem,
  questionOf,
  type SolveEvent,
  type Verifier,
} from "@reckon/core";
import { createSolveMeasure } from "./measure-solve.ts";
import { attributes, spanNames } from "./names.ts";
import { promptsAreRecorded } from "./record-prompts.ts";
import { createSampleSpans, traceThinker, traceVerifier } from "./sample-spans.ts";
import { recordFailure, tracer } from "./with-span.ts";

/** What is known of a solve when it begins. */
export interface SolveTelemetryOptions {
  readonly solveId: string;
  readonly problem: Problem;
}

/**
 * The spans and metrics of one solve. Its ports carry each sample's own trace context over the wire, so that the `generate`
 * and `score` spans of other processes become children of the `sample` span here.
 */
export interface SolveTelemetry {
  /** Runs `fn` inside the `solve` span: estimates and other calls made there belong to it. */
  run<T>(fn: () => T): T;
  /** As `run` for a stream: each of its steps is inside the `solve` span. */
  iterate<T, R>(source: AsyncGenerator<T, R, void>): AsyncGenerator<T, R, void>;
  /** The thinker to give to the strategy. */
  thinker(backend: Backend): Backend;
  /** The verifier to give to the strategy. */
  verifier(verifier: Verifier): Verifier;
  /** Takes every event of the solve, in order. */
  observe(event: SolveEvent): void;
  /** Ends what is open. Call once, also after a failure. */
  end(error?: unknown): void;
}

/** Begins the `solve` span of a request, child of the caller's span where it sent one. Costs next to nothing when off. */
export function startSolveTelemetry({ solveId, problem }: SolveTelemetryOptions): SolveTelemetry {
  const startedAtMs = performance.now();
  const solve = tracer().startSpan(spanNames.solve, { attributes: { [attributes.solveId]: solveId } });
  const inside = trace.setSpan(context.active(), solve);
  const samples = createSampleSpans(inside);
  const isRecording = solve.isRecording();
  if (isRecording && promptsAreRecorded()) solve.setAttribute(attributes.prompt, questionOf(problem));
  const measure = createSolveMeasure(startedAtMs);
  return {
    run: (fn) => (isRecording ? context.with(inside, fn) : fn()),
    iterate: (source) => (isRecording ? iterateInside(source, inside) : source),
    thinker: (backend) => (isRecording ? traceThinker(backend, samples) : backend),
    verifier: (verifier) => (isRecording ? traceVerifier(verifier, samples) : verifier),
    observe(event) {
      measure.observe(event);
      if (!isRecording) return;
      if (event.type === "sample-ended") samples.end(event);
      else describe(solve, event);
    },
    end(error) {
      measure.end();
      samples.endAll();
      if (error !== undefined) recordFailure(solve, error);
      solve.end();
    },
  };
}

function describe(span: Span, event: SolveEvent): void {
  switch (event.type) {
    case "solve-started":
      span.setAttributes({
        ...planAttributes(event.plan),
        [attributes.difficulty]: event.difficulty.score,
        [attributes.answerKind]: event.answerKind,
      });
      break;
    case "plan-changed":
      span.addEvent(`plan ${event.reason}`, planAttributes(event.plan));
      break;
    case "solve-ended": {
      const { outcome } = event;
      span.setAttributes({
        [attributes.stopReason]: outcome.stopReason,
        [attributes.hasAnswer]: outcome.answer !== undefined,
        [attributes.confidence]: outcome.confidence?.value,
        [attributes.confidenceKind]: outcome.confidence?.kind,
        [attributes.samplesStarted]: outcome.samplesStarted,
        [attributes.samplesVoted]: outcome.samplesVoted,
        [attributes.samplesCancelled]: outcome.samplesCancelled,
        [attributes.samplesPruned]: outcome.samplesPruned,
        [attributes.samplesFailed]: outcome.samplesFailed,
        [attributes.inputTokens]: outcome.ledger.promptTokens,
        [attributes.outputTokens]: outputTokensOf(outcome.ledger),
        [attributes.answerTokens]: outcome.ledger.answerTokens,
        [attributes.cancelledTokens]: outcome.ledger.cancelledTokens,
        [attributes.failedTokens]: outcome.ledger.failedTokens,
        [attributes.verifierTokens]: outcome.ledger.verifierTokens,
      });
      if (promptsAreRecorded()) span.setAttribute(attributes.answer, outcome.answer ?? "");
      if (outcome.stopReason === "failed") span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.failure });
      break;
    }
  }
}

function planAttributes(plan: Plan) {
  return {
    [attributes.strategy]: plan.strategy,
    [attributes.method]: plan.method,
    [attributes.selection]: plan.selection,
    [attributes.plannedSamples]: plan.samples,
    [attributes.plannedWindow]: plan.window,
    [attributes.requestModel]: plan.model,
    [attributes.requestTemperature]: plan.temperature,
  };
}

function iterateInside<T, R>(source: AsyncGenerator<T, R, void>, inside: Context): AsyncGenerator<T, R, void> {
  const steps: AsyncGenerator<T, R, void> = {
    next: () => context.with(inside, () => source.next()),
    return: (value) => context.with(inside, () => source.return(value)),
    throw: (error) => context.with(inside, () => source.throw(error)),
    [Symbol.asyncIterator]: () => steps,
    [Symbol.asyncDispose]: () => context.with(inside, async () => void (await source.return(undefined as R))),
  };
  return steps;
}
