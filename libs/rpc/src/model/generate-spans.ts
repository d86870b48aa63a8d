import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import type { GenerateOptions, GenerationEvent, SampleRoute } from "@reckon/core";
import { attributes, spanNames, tracer } from "@reckon/telemetry";
import { contextOfTraceparent } from "../trace-context.ts";

/** The `generate` spans of one call, by sample. */
export interface GenerateSpans {
  /** Begins the span of a sample, child of the span that `traceparent` names, else of the call's own. */
  start(sample: number, traceparent?: string): void;
  /** Ends the span of a sample that has ended; `undefined` ends all that are left, as cancelled. */
  observe(event: GenerationEvent | undefined): void;
}

/** No spans yet. Names follow the OpenTelemetry semantic conventions for generative AI. */
export function createGenerateSpans(backend: string, options: GenerateOptions): GenerateSpans {
  const spans = new Map<number, Span>();
  const inherited = context.active();
  const common = {
    [attributes.operationName]: "generate_content",
    [attributes.providerName]: backend,
    [attributes.requestModel]: options.model,
    [attributes.requestTemperature]: options.temperature,
    [attributes.requestTopP]: options.topP,
    [attributes.requestMaxTokens]: options.maxTokens,
  };
  return {
    start(sample, traceparent) {
      const parent = traceparent === undefined ? inherited : contextOfTraceparent(traceparent);
      const span = tracer().startSpan(
        spanNames.generate,
        { attributes: { ...common, [attributes.sampleIndex]: sample } },
        parent,
      );
      // Spans that nobody records need no keeping.
      if (span.isRecording() || trace.getSpan(parent) !== undefined) spans.set(sample, span);
    },
    observe(event) {
      if (event === undefined) {
        for (const span of spans.values()) {
          span.setAttribute(attributes.finishReasons, ["cancelled"]);
          span.end();
        }
        spans.clear();
        return;
      }
      if (event.type !== "sample-ended") return;
      const span = spans.get(event.sample);
      if (span === undefined) return;
      spans.delete(event.sample);
      span.setAttributes({
        [attributes.finishReasons]: [event.reason],
        [attributes.inputTokens]: event.usage.promptTokens,
        [attributes.cachedInputTokens]: event.usage.cachedPromptTokens,
        [attributes.outputTokens]: event.usage.outputTokens,
        ...(event.route !== undefined && routeAttributes(event.route)),
      });
      if (event.reason === "failed") span.setStatus({ code: SpanStatusCode.ERROR, message: event.failure });
      span.end();
    },
  };
}

function routeAttributes({ backend, replica, attempts, hedgedUsage, costUsd, notes }: SampleRoute) {
  return {
    [attributes.providerName]: backend,
    [attributes.replica]: replica,
    [attributes.attempts]: attempts,
    ...(hedgedUsage !== undefined && { [attributes.hedgedTokens]: hedgedUsage.outputTokens }),
    ...(costUsd !== undefined && { [attributes.costUsd]: costUsd }),
    ...(notes.length > 0 && { [attributes.routeNotes]: [...notes] }),
  };
}
