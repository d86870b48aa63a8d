import { type Context, context, type Span, trace } from "@opentelemetry/api";
import type { Backend, Generation, Scoring, SolveEvent, Verifier } from "@reckon/core";
import { attributes, spanNames, tracer } from "@reckon/telemetry";

/** The spans of a solve's samples: each begins where the sample is started and ends with its `sample-ended` event. */
export interface SampleSpans {
  /** The backend; what it is asked about a sample belongs to the sample's span. */
  readonly thinker: Backend;
  /** The verifier, likewise. */
  readonly verifier: Verifier | undefined;
  /** Ends the span of a sample that ended. */
  event(event: SolveEvent): void;
  /** Ends what is left. */
  close(): void;
}

/** Wraps the ports of one solve, whose span is the active one. */
export function traceSamples(thinker: Backend, verifier: Verifier | undefined): SampleSpans {
  const solve = context.active();
  const spans = new Map<number, { readonly span: Span; readonly inside: Context }>();

  const begin = (sample: number): Context => {
    const span = tracer().startSpan(spanNames.sample, { attributes: { [attributes.sampleIndex]: sample } }, solve);
    const inside = trace.setSpan(solve, span);
    spans.set(sample, { span, inside });
    return inside;
  };
  const within = (sample: number, fn: () => void) => context.with(spans.get(sample)?.inside ?? solve, fn);

  const traceGeneration = (generation: Generation): Generation => ({
    events: generation.events,
    start: (sample, overrides) => {
      // A search generates a path piece by piece, all within the span of the path.
      const path = overrides?.path ?? sample;
      return context.with(spans.get(path)?.inside ?? begin(path), () => generation.start(sample, overrides));
    },
    cancel: (sample) => generation.cancel(sample),
    finish: () => generation.finish(),
    close: () => generation.close(),
  });
  const traceScoring = (scoring: Scoring): Scoring => ({
    events: scoring.events,
    step: (sample, step, text, last) => within(sample, () => scoring.step(sample, step, text, last)),
    answer: (sample, text) => within(sample, () => scoring.answer(sample, text)),
    drop: (sample) => scoring.drop(sample),
    finish: () => scoring.finish(),
    close: () => scoring.close(),
  });
  return {
    thinker: {
      name: thinker.name,
      listModels: () => thinker.listModels(),
      open: async (problem, options) => traceGeneration(await thinker.open(problem, options)),
      load: () => thinker.load(),
      close: () => thinker.close(),
    },
    verifier: verifier && {
      names: verifier.names,
      open: async (problem) => traceScoring(await verifier.open(problem)),
    },
    event(event) {
      if (event.type !== "sample-ended") return;
      const open = spans.get(event.sample);
      if (open === undefined) return;
      spans.delete(event.sample);
      open.span.setAttributes({
        [attributes.sampleEnd]: event.reason,
        [attributes.sampleSteps]: event.steps,
        [attributes.outputTokens]: event.usage.outputTokens,
        [attributes.inputTokens]: event.usage.promptTokens,
        [attributes.cachedInputTokens]: event.usage.cachedPromptTokens,
        ...(event.vote !== undefined && { [attributes.sampleVote]: event.vote }),
        ...(event.meanLogprob !== undefined && { [attributes.sampleMeanLogprob]: event.meanLogprob }),
      });
      open.span.end();
    },
    close() {
      for (const { span } of spans.values()) span.setAttribute(attributes.sampleEnd, "cancelled").end();
      spans.clear();
    },
  };
}
