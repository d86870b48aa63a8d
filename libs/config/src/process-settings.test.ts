import { expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";
import { processSettings } from "./process-settings.ts";

it("gives a process what the configuration says of it", () => {
  const flags = {
    telemetry: { log_level: "debug", otlp_endpoint: "http://127.0.0.1:4318" },
    integration: { enable_metrics_collection: false, enable_memory_monitoring: false },
    server: { drain_timeout: 1.5 },
  };
  expect(processSettings(loadConfig({ env: {}, folder: "/nonexistent", flags }))).toEqual({
    telemetry: {
      endpoint: "http://127.0.0.1:4318",
      logLevel: "debug",
      recordPrompts: false,
      collectMetrics: false,
      monitorMemory: false,
    },
    drainTimeoutMs: 1_500,
  });
});
