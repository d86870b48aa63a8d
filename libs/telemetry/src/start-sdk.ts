import { hostname } from "node:os";
import { context, DiagLogLevel, diag, metrics, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Logger } from "./create-logger.ts";
import { observeMemory } from "./measure.ts";
import { recordPrompts } from "./record-prompts.ts";
import type { TelemetryOptions } from "./start-telemetry.ts";

const shutdownTimeoutMs = 5_000;

/** Loads and registers the OpenTelemetry SDK for this process; returns what flushes and unregisters it. */
export function startSdk(options: TelemetryOptions & { endpoint: string }, logger: Logger): () => Promise<void> {
  const base = options.endpoint.replace(/\/+$/, "");
  const resource = defaultResource().merge(
    resourceFromAttributes({
      "service.name": options.service,
      "service.namespace": "reckon",
      "service.version": options.version,
      "service.instance.id": `${hostname()}-${process.pid}`,
      "process.pid": process.pid,
    }),
  );
  // Failed exports must be seen, but a collector that is away must not fill the log: the SDK repeats each of them.
  const warn = (message: string) => logger.warn({ component: "telemetry" }, message);
  const quiet = () => {};
  diag.setLogger({ error: warn, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);

  const traces = new TracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
        scheduledDelayMillis: 1_000,
        maxQueueSize: 16_384,
      }),
    ],
  });
  const exportMetrics = () =>
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
      exportIntervalMillis: options.metricIntervalMs ?? 10_000,
      exportTimeoutMillis: Math.min(options.metricIntervalMs ?? 10_000, shutdownTimeoutMs),
    });
  const measurements =
    (options.collectMetrics ?? true) ? new MeterProvider({ resource, readers: [exportMetrics()] }) : undefined;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(traces);
  if (measurements !== undefined) {
    metrics.setGlobalMeterProvider(measurements);
    if (options.monitorMemory ?? true) observeMemory();
  }
  recordPrompts(options.recordPrompts ?? false);

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const flushed = Promise.allSettled([traces.shutdown(), measurements?.shutdown()]);
    const late = new Promise((resolve) => setTimeout(resolve, shutdownTimeoutMs).unref());
    await Promise.race([flushed, late]);
    trace.disable();
    metrics.disable();
    propagation.disable();
    context.disable();
    diag.disable();
  };
  return () => {
    stopped ??= stop();
    return stopped;
  };
}
