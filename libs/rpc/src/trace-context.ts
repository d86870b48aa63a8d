import { type Context, context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";

const traceFields = ["traceparent", "tracestate"] as const;
const headerGetter = {
  get: (carrier: Headers, key: string) => carrier.get(key) ?? undefined,
  keys: (carrier: Headers) => [...carrier.keys()],
};

/** The trace headers of a request, as they came in (W3C Trace Context); empty where there are none. */
export function traceHeadersOf(header: Headers): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of traceFields) {
    const value = header.get(name);
    if (value !== null) found[name] = value;
  }
  return found;
}

/** The OpenTelemetry context that a request's headers describe; a root context where they have none or tracing is off. */
export function extractTrace(header: Headers): Context {
  return propagation.extract(ROOT_CONTEXT, header, headerGetter);
}

/** The OpenTelemetry context of a bare `traceparent`; the active one where it is absent. */
export function contextOfTraceparent(traceparent: string | undefined): Context {
  if (traceparent === undefined || traceparent === "") return context.active();
  return propagation.extract(context.active(), { traceparent });
}

/**
 * Trace headers for a call that is made now: those of the active span, or, where this process does not trace, those of the
 * call that it serves, so that a trace passes through.
 */
export function outgoingTraceHeaders(inherited: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return "traceparent" in carrier || inherited === undefined ? carrier : { ...inherited };
}

/** `traceparent` of the active span, for what travels inside a call; `undefined` where there is none or tracing is off. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
