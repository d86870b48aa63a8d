import { type Attributes, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { ReckonError } from "@reckon/core";
import { attributes } from "./names.ts";

/** The tracer of all of Reckon's spans; a no-op until `startTelemetry` was given an endpoint. */
export function tracer() {
  return trace.getTracer("reckon");
}

/** Marks a span as failed, with the code of the error and its sentence. */
export function recordFailure(span: Span, error: unknown): void {
  const failure = ReckonError.from(error);
  span.setAttribute(attributes.errorType, failure.code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
}

/** Runs `fn` inside a new span, child of the active one; ends the span when the promise settles and marks failures on it. */
export async function withSpan<T>(
  name: string,
  spanAttributes: Attributes,
  fn: (span: Span) => Promise<T> | T,
): Promise<T> {
  const span = tracer().startSpan(name, { attributes: spanAttributes });
  try {
    return await context.with(trace.setSpan(context.active(), span), () => fn(span));
  } catch (error) {
    recordFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * As `withSpan` for a stream: the span lasts until the iteration ends, fails or is left, and is active inside the producer
 * at each of its steps (a plain generator would lose it at the first `yield`).
 */
export async function* withSpanStream<T>(
  name: string,
  spanAttributes: Attributes,
  produce: (span: Span) => AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  const span = tracer().startSpan(name, { attributes: spanAttributes });
  const inside = trace.setSpan(context.active(), span);
  const steps = context.with(inside, () => produce(span)[Symbol.asyncIterator]());
  let ended = false;
  try {
    for (;;) {
      const step = await context.with(inside, () => steps.next());
      if (step.done === true) {
        ended = true;
        return;
      }
      yield step.value;
    }
  } catch (error) {
    ended = true;
    recordFailure(span, error);
    throw error;
  } finally {
    if (!ended) await context.with(inside, () => steps.return?.());
    span.end();
  }
}
