import { context, trace } from "@opentelemetry/api";
import { problemFromPrompt } from "@reckon/core";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createModelBackend, createRpcClient, runDetached, serveGeneration } from "@reckon/rpc";
import { attributes, spanNames, startTelemetry, withSpan } from "@reckon/telemetry";
import { createScriptedBackend, startOtlpCollector, startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, text } from "./echo-service.ts";

const clientOf = (url: string) => createRpcClient(EchoService, { target: url }) as unknown as EchoClient;
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const [, traceId, callerSpanId] = traceparent.split("-");

/** Two hops; what the second was sent. */
async function twoHops() {
  const seen: (string | null)[] = [];
  const far = await startTestServer(
    echoRoutes({
      unary(request, { requestHeader }) {
        seen.push(requestHeader.get("traceparent"));
        return request;
      },
    }),
  );
  const farClient = clientOf(far.url);
  const near = await startTestServer(
    echoRoutes({
      async *serve(request) {
        yield await farClient.unary(request);
        yield await withSpan("work", {}, () => farClient.unary(request));
        yield await runDetached(() => farClient.unary(request));
      },
    }),
  );
  const client = clientOf(near.url);
  return {
    seen,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      farClient.close();
      await near.drain({ timeoutMs: 0 });
      await far.drain({ timeoutMs: 0 });
    },
  };
}

describe("a trace", () => {
  it("passes through a process that does not trace, but not into detached work", async () => {
    await using hops = await twoHops();
    await Array.fromAsync(hops.client.serve(text("go"), { headers: { traceparent } }));
    expect(hops.seen).toEqual([traceparent, traceparent, null]);
  });

  it("is joined by the spans of a process that traces, at any step of its handlers", async () => {
    await using collector = await startOtlpCollector();
    const telemetry = await startTelemetry({ service: "x", version: "1", logLevel: "silent", endpoint: collector.url });
    await using hops = await twoHops();
    await Array.fromAsync(hops.client.serve(text("go"), { headers: { traceparent } }));
    await telemetry.shutdown();
    const [work] = collector.spans;
    // The interceptors make no spans of their own.
    expect(collector.spans).toHaveLength(1);
    expect(work).toMatchObject({ name: "work", traceId, parentSpanId: callerSpanId });
    expect(hops.seen[0]).toBe(traceparent);
    expect(hops.seen[1]).toBe(`00-${traceId}-${work?.spanId}-01`);
  });

  it("has one generate span a sample, child of the span in which that sample was started", async () => {
    await using collector = await startOtlpCollector();
    const telemetry = await startTelemetry({ service: "x", version: "1", logLevel: "silent", endpoint: collector.url });
    const scripted = createScriptedBackend({
      tokens: (sample) => (sample === 2 ? [...Array(500).keys()].map(String) : ["a", "b"]),
    });
    const server = await startTestServer((router) => void router.service(ModelService, serveGeneration(scripted)));
    const backend = createModelBackend(server.url);
    const generation = await backend.open(problemFromPrompt("2+3"), { temperature: 0.5 });
    const parents = [0, 1, 2].map((sample) => {
      const span = trace.getTracer("test").startSpan(spanNames.sample);
      context.with(trace.setSpan(context.active(), span), () => generation.start(sample));
      return span;
    });
    let ended = 0;
    for await (const event of generation.events) if (event.type === "sample-ended" && ++ended === 2) break;
    await backend.close();
    await server.drain({ timeoutMs: 1_000 });
    for (const span of parents) span.end();
    await telemetry.shutdown();
    const generated = collector.spans.filter((span) => span.name === spanNames.generate);
    expect(generated).toHaveLength(3);
    for (const span of generated) {
      const sample = Number(span.attributes[attributes.sampleIndex]);
      expect(span.parentSpanId).toBe(parents[sample]?.spanContext().spanId);
      expect(span.attributes).toMatchObject({
        [attributes.providerName]: "scripted",
        [attributes.requestTemperature]: 0.5,
        [attributes.finishReasons]: [sample === 2 ? "cancelled" : "stop"],
        [attributes.inputTokens]: 3,
      });
      if (sample === 2) expect(span.attributes[attributes.outputTokens]).toBe(scripted.totals.cancelledTokens);
    }
  });
});
