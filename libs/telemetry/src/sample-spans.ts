import { type Context, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Backend, Generation, Scoring, SolveEvent, Verifier } from "@reckon/core";
import { attributes, spanNames } from "./names.ts";
import { tracer } from "./with-span.ts";

type SampleEnded = Extract<SolveEvent, { type: "sample-ended" }>;

/** The `sample` spans of one solve, by index. */
export interface SampleSpans {
  /** The context of a sample's span, which is begun where there is none. */
  contextOf(sample: number): Context;
  end(event: SampleEnded): void;
  endAll(): void;
}

/** No spans yet; each will be a child of the span of `parent`. */
export function createSampleSpans(parent: Context): SampleSpans {
  const open = new Map<number, { readonly span: Span; readonly context: Context }>();
  const contexts = new Map<number, Context>();
  return {
    contextOf(sample) {
      // A sample that has ended may still be scored; that belongs to its span all the same.
      const known = contexts.get(sample);
      if (known !== undefined) return known;
      const span = tracer().startSpan(spanNames.sample, { attributes: { [attributes.sampleIndex]: sample } }, parent);
      const made = trace.setSpan(parent, span);
      open.set(sample, { span, context: made });
      contexts.set(sample, made);
      return made;
    },
    end(event) {
      const span = open.get(event.sample)?.span;
      if (span === undefined) return;
      open.delete(event.sample);
      span.setAttributes({
        [attributes.sampleEnd]: event.reason,
        [attributes.sampleSteps]: event.steps,
        [attributes.hasAnswer]: event.answer !== undefined,
        [attributes.sampleVote]: event.vote,
        [attributes.sampleMeanLogprob]: event.meanLogprob,
        [attributes.inputTokens]: event.usage.promptTokens,
        [attributes.cachedInputTokens]: event.usage.cachedPromptTokens,
        [attributes.outputTokens]: event.usage.outputTokens,
      });
      if (event.reason === "failed") span.setStatus({ code: SpanStatusCode.ERROR, message: event.failure });
      span.end();
    },
    endAll() {
      for (const { span } of open.values()) {
        span.setAttribute(attributes.sampleEnd, "cancelled");
        span.end();
      }
      open.clear();
    },
  };
}

/** A backend whose samples are started inside their own spans, which therefore travel with them. */
export function traceThinker(backend: Backend, samples: SampleSpans): Backend {
  return {
    name: backend.name,
    listModels: () => backend.listModels(),
    load: () => backend.load(),
    close: () => backend.close(),
    async open(problem, options): Promise<Generation> {
      const generation = await backend.open(problem, options);
      return {
        events: generation.events,
        start: (sample, overrides) =>
          context.with(samples.contextOf(sample), () => generation.start(sample, overrides)),
        cancel: (sample) => generation.cancel(sample),
        finish: () => generation.finish(),
        close: () => generation.close(),
      };
    },
  };
}

/** A verifier whose requests are made inside the span of the sample that they are about. */
export function traceVerifier(verifier: Verifier, samples: SampleSpans): Verifier {
  return {
    names: verifier.names,
    async open(problem): Promise<Scoring> {
      const scoring = await verifier.open(problem);
      return {
        events: scoring.events,
        step: (sample, step, text, last) =>
          context.with(samples.contextOf(sample), () => scoring.step(sample, step, text, last)),
        answer: (sample, text) => context.with(samples.contextOf(sample), () => scoring.answer(sample, text)),
        drop: (sample) => scoring.drop(sample),
        finish: () => scoring.finish(),
        close: () => scoring.close(),
      };
    },
  };
}
