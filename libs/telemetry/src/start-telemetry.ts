import { createLogger, type Logger, type LogLevel } from "./create-logger.ts";

/** What a process reports, and where to. */
export interface TelemetryOptions {
  /** Name of the service: `orchestrator`, `difficulty`, `verifier` or `model-proxy`. */
  readonly service: string;
  readonly version: string;
  /** Base address of an OTLP/HTTP collector, for example `http://127.0.0.1:4318`. Without it nothing is exported. */
  readonly endpoint?: string;
  /** Default `info`. */
  readonly logLevel?: LogLevel;
  /** Put prompts and answers on spans. Default false. */
  readonly recordPrompts?: boolean;
  /** Export metrics beside traces. Default true. */
  readonly collectMetrics?: boolean;
  /** Have the memory of the process among the metrics. Default true. */
  readonly monitorMemory?: boolean;
  /** How often metrics are sent. Default 10,000 ms. */
  readonly metricIntervalMs?: number;
}

/** Running telemetry: the process's logger, and how to flush and stop the rest. */
export interface Telemetry {
  readonly logger: Logger;
  /** Sends what is queued, within 5 s, and stops. May be called more than once. */
  shutdown(): Promise<void>;
}

/**
 * Starts logging and, where an endpoint is set, traces and metrics over OTLP/HTTP with W3C propagation. Without an endpoint
 * the OpenTelemetry SDK is not even loaded and every span and metric is a no-op.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const logger = createLogger({ service: options.service, version: options.version, level: options.logLevel });
  if (options.endpoint === undefined || options.endpoint === "") return { logger, shutdown: async () => {} };
  const { startSdk } = await import("./start-sdk.ts");
  return { logger, shutdown: startSdk({ ...options, endpoint: options.endpoint }, logger) };
}
