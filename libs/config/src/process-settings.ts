import type { Config } from "./config-schema.ts";

/** What every service's process takes from the configuration; times in milliseconds. */
export interface ProcessSettings {
  readonly telemetry: {
    /** OTLP/HTTP endpoint; `undefined`: nothing is exported. */
    readonly endpoint: string | undefined;
    readonly logLevel: Config["telemetry"]["log_level"];
    readonly recordPrompts: boolean;
    readonly collectMetrics: boolean;
    readonly monitorMemory: boolean;
  };
  readonly drainTimeoutMs: number;
}

/** The part of a configuration that is about a process whatever its service, as `runProcess` of @reckon/rpc takes it. */
export function processSettings({ telemetry, integration, server }: Config): ProcessSettings {
  return {
    telemetry: {
      endpoint: telemetry.otlp_endpoint,
      logLevel: telemetry.log_level,
      recordPrompts: telemetry.record_prompts,
      collectMetrics: integration.enable_metrics_collection,
      monitorMemory: integration.enable_memory_monitoring,
    },
    drainTimeoutMs: server.drain_timeout * 1000,
  };
}
