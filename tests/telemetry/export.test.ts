import { execFileSync } from "node:child_process";
import { trace } from "@opentelemetry/api";
import { metricNames, recordRpc, spanNames, startTelemetry, withSpan, withSpanStream } from "@reckon/telemetry";
import { startOtlpCollector } from "@reckon/testing";
import { describe, expect, it } from "vitest";

const options = { service: "verifier", version: "1.2.3", logLevel: "silent" } as const;

describe("telemetry", () => {
  it("exports spans and metrics with the process's resource, and flushes them at the end", async () => {
    await using collector = await startOtlpCollector();
    const telemetry = await startTelemetry({ ...options, endpoint: collector.url });
    await withSpan(spanNames.estimate, { "reckon.domain": "arithmetic" }, () => withSpan("inner", {}, async () => {}));
    recordRpc("a/B", "OK", 12);
    await telemetry.shutdown();
    await telemetry.shutdown();
    const [inner, outer] = collector.spans;
    expect(outer).toMatchObject({
      name: spanNames.estimate,
      parentSpanId: "",
      attributes: { "reckon.domain": "arithmetic" },
      resource: { "service.name": "verifier", "service.version": "1.2.3", "service.namespace": "reckon" },
    });
    expect(inner).toMatchObject({ parentSpanId: outer?.spanId, traceId: outer?.traceId });
    expect(collector.points).toContainEqual(
      expect.objectContaining({ metric: metricNames.rpcDuration, count: 1, value: 12 }),
    );
  });

  it("keeps a stream's span active at each of its steps, and ends it when the stream is left", async () => {
    await using collector = await startOtlpCollector();
    const telemetry = await startTelemetry({ ...options, endpoint: collector.url });
    const seen: (string | undefined)[] = [];
    const note = () => seen.push(trace.getActiveSpan()?.spanContext().spanId);
    async function* produce() {
      try {
        for (;;) {
          note();
          yield 1;
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        note();
      }
    }
    let steps = 0;
    for await (const _ of withSpanStream("stream", {}, produce)) if (++steps === 3) break;
    const failing = withSpanStream("failing", {}, async function* () {
      yield 1;
      throw new Error("broken");
    });
    await expect(Array.fromAsync(failing)).rejects.toThrow("broken");
    await telemetry.shutdown();
    const stream = collector.spans.find((span) => span.name === "stream");
    expect(seen).toHaveLength(4);
    expect(new Set(seen)).toEqual(new Set([stream?.spanId]));
    expect(collector.spans.find((span) => span.name === "failing")).toMatchObject({ statusCode: 2 });
  });

  it("has the memory of the process among the metrics, and exports none where metrics are off", async () => {
    const pointsWith = async (more: { collectMetrics?: boolean; monitorMemory?: boolean }) => {
      await using collector = await startOtlpCollector();
      const telemetry = await startTelemetry({ ...options, ...more, endpoint: collector.url });
      recordRpc("a/B", "OK", 1);
      await withSpan("kept", {}, async () => {});
      await telemetry.shutdown();
      expect(collector.spans).toHaveLength(1);
      return collector.points.map((point) => point.metric);
    };
    expect(await pointsWith({})).toEqual(expect.arrayContaining([metricNames.memoryUsage, metricNames.rpcDuration]));
    expect(await pointsWith({ monitorMemory: false })).not.toContain(metricNames.memoryUsage);
    expect(await pointsWith({ collectMetrics: false })).toEqual([]);
  });

  it("survives a collector that is not there", async () => {
    const telemetry = await startTelemetry({ ...options, endpoint: "http://127.0.0.1:9" });
    await withSpan("lost", {}, async () => {});
    await telemetry.shutdown();
  });

  it("does not even load the SDK without an endpoint", () => {
    const script = `
      import { startTelemetry, withSpan } from "@reckon/telemetry";
      await startTelemetry({ service: "x", version: "1", logLevel: "silent" });
      await withSpan("nothing", {}, (span) => console.log(span.isRecording()));
    `;
    const loads = `import { registerHooks } from "node:module";
      registerHooks({ resolve(s, c, next) { const r = next(s, c); if (r.url.includes("sdk-trace")) console.log("LOADED"); return r; } });`;
    const args = ["--import", `data:text/javascript,${encodeURIComponent(loads)}`, "--input-type=module", "-e", script];
    const output = execFileSync(process.execPath, args, { encoding: "utf8" });
    expect(output).toMatch(/^false/);
    expect(output).not.toContain("LOADED");
  });
});
