import { trace } from "@opentelemetry/api";
import { type Logger, pino } from "pino";

export type { Logger } from "pino";

/** How much to log; a level includes those after it. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** What `createLogger` may be told; the defaults are those of each field. */
export interface LoggerOptions {
  /** Name of the service, in each line as `service`. */
  readonly service?: string;
  /** Version of the service, in each line as `version`. */
  readonly version?: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go. Default: standard error, since standard output belongs to the ready line and to results. */
  readonly destination?: { write(line: string): void };
}

/** A pino logger with one JSON object a line; lines written inside a span carry its `trace_id` and `span_id`. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const settings = {
    level: options.level ?? "info",
    base: { service: options.service, version: options.version, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: traceIds,
  };
  return pino(settings, options.destination ?? pino.destination({ fd: 2, sync: true }));
}

function traceIds(): object {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
