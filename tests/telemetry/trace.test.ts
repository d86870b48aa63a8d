import { type Cluster, startCluster } from "@reckon/bench";
import { createReckon, type Outcome } from "@reckon/client";
import { attributes, metricNames, spanNames } from "@reckon/telemetry";
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const secret = "Tom has 12 apples and buys 31 more. He gives 17 to Yolanda. How many apples does Tom have?";
const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

let collector: OtlpCollector;
let outcome: Outcome;
let plain: CollectedSpan[];
let called: CollectedSpan[];

beforeAll(async () => {
  collector = await startOtlpCollector();
  const cluster: Cluster = await startCluster({ env: { RECKON_TELEMETRY_OTLP_ENDPOINT: collector.url } });
  try {
    const reckon = createReckon({ url: cluster.url });
    const options = { method: "best-of-n", samples: 4, window: 2, verificationRounds: 1, maxSteps: 32 } as const;
    outcome = await reckon.solve(secret, { ...options, earlyStopping: false }).outcome();
    const headers = { traceparent: `00-${caller.traceId}-${caller.spanId}-01` };
    await reckon.solve("What is 17 * 23?", { ...options, headers }).outcome();
  } finally {
    // A process flushes what it has as it ends.
    await cluster.stop();
  }
  called = collector.spans.filter((span) => span.traceId === caller.traceId);
  plain = collector.spans.filter((span) => span.traceId !== caller.traceId);
}, 60_000);
afterAll(() => collector?.close());

const named = (spans: readonly CollectedSpan[], name: string) => spans.filter((span) => span.name === name);

describe("the trace of one solve across four processes", () => {
  it("is one trace with one root", () => {
    expect(new Set(plain.map((span) => span.traceId)).size).toBe(1);
    const roots = plain.filter((span) => span.parentSpanId === "");
    expect(roots.map((span) => span.name)).toEqual([spanNames.solve]);
  });

  it("has no orphan: the parent of every span was exported too", () => {
    const known = new Set(plain.map((span) => span.spanId));
    expect(plain.filter((span) => span.parentSpanId !== "" && !known.has(span.parentSpanId))).toEqual([]);
  });

  it("has the shape solve > estimate, sample > generate, score", () => {
    const byId = new Map(plain.map((span) => [span.spanId, span]));
    const edges = plain.map((span) => `${byId.get(span.parentSpanId)?.name ?? ""} > ${span.name}`);
    const count = (edge: string) => edges.filter((one) => one === edge).length;
    expect(new Set(edges)).toEqual(
      new Set([" > solve", "solve > estimate", "solve > sample", "sample > generate", "sample > score"]),
    );
    expect(count("solve > estimate")).toBe(1);
    expect(count("solve > sample")).toBe(outcome.samplesStarted);
    expect(count("sample > generate")).toBe(outcome.samplesStarted);
    for (const sample of named(plain, spanNames.sample)) {
      const children = plain.filter((span) => span.parentSpanId === sample.spanId);
      expect(named(children, spanNames.generate)).toHaveLength(1);
      expect(named(children, spanNames.score).length).toBeLessThanOrEqual(1);
      for (const child of children) {
        expect(child.attributes[attributes.sampleIndex]).toBe(sample.attributes[attributes.sampleIndex]);
      }
    }
  });

  it("comes from the process where each part happens", () => {
    const where = Object.fromEntries(plain.map((span) => [span.name, span.resource["service.name"]]));
    const service = (name: string) => expect.stringContaining(name) as unknown;
    expect(where).toEqual({
      [spanNames.solve]: service("orchestrator"),
      [spanNames.sample]: service("orchestrator"),
      [spanNames.estimate]: service("difficulty"),
      [spanNames.generate]: service("model-proxy"),
      [spanNames.score]: service("verifier"),
    });
  });

  it("says what was planned, what it cost and why it ended", () => {
    expect(named(plain, spanNames.solve)[0]?.attributes).toMatchObject({
      [attributes.strategy]: "adaptive",
      [attributes.method]: "best-of-n",
      [attributes.plannedSamples]: 4,
      [attributes.plannedWindow]: 2,
      [attributes.stopReason]: outcome.stopReason,
      [attributes.samplesStarted]: outcome.samplesStarted,
      [attributes.answerTokens]: outcome.ledger.answerTokens,
      [attributes.cancelledTokens]: outcome.ledger.cancelledTokens,
      [attributes.verifierTokens]: outcome.ledger.verifierTokens,
    });
    expect(named(plain, spanNames.estimate)[0]?.attributes).toMatchObject({
      [attributes.difficulty]: expect.any(Number) as unknown,
    });
    const generated = named(plain, spanNames.generate);
    const tokens = generated.map((span) => Number(span.attributes[attributes.outputTokens]));
    const { ledger } = outcome;
    expect(tokens.reduce((a, b) => a + b, 0)).toBe(ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens);
    for (const span of generated) {
      expect(span.attributes).toMatchObject({
        [attributes.providerName]: "embedded",
        [attributes.finishReasons]: [expect.any(String) as unknown],
      });
    }
    for (const span of named(plain, spanNames.sample)) {
      expect(span.attributes).toMatchObject({ [attributes.sampleEnd]: expect.any(String) as unknown });
    }
    for (const span of named(plain, spanNames.score)) {
      expect(span.attributes).toMatchObject({ [attributes.scoredSteps]: expect.any(Number) as unknown });
    }
  });

  it("joins the trace of a caller that has one", () => {
    const root = named(called, spanNames.solve);
    expect(root).toHaveLength(1);
    expect(root[0]?.parentSpanId).toBe(caller.spanId);
    const known = new Set([caller.spanId, ...called.map((span) => span.spanId)]);
    expect(called.filter((span) => !known.has(span.parentSpanId))).toEqual([]);
    expect(named(called, spanNames.generate).length).toBeGreaterThan(0);
  });

  it("holds nothing of the question, nor do the metrics", () => {
    const everything = JSON.stringify([collector.spans, collector.points]);
    for (const word of ["apples", "Yolanda", "17 * 23"]) expect(everything).not.toContain(word);
  });

  it("lasts at least as long as its parts", () => {
    const [solve] = named(plain, spanNames.solve);
    for (const span of plain) {
      expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
      if (span.name !== spanNames.sample) continue;
      expect(span.startMs).toBeGreaterThanOrEqual((solve?.startMs ?? 0) - 1);
      expect(span.endMs).toBeLessThanOrEqual((solve?.endMs ?? 0) + 1);
    }
  });
});

describe("the metrics of the four processes", () => {
  it("count solves, samples and tokens by role", () => {
    const exported = new Set(collector.points.map((point) => point.metric));
    for (const name of [metricNames.solves, metricNames.samplesStarted, metricNames.tokens, metricNames.rpcDuration]) {
      expect(exported).toContain(name);
    }
    const roles = collector.points
      .filter((point) => point.metric === metricNames.tokens)
      .map((point) => point.attributes[attributes.tokenRole]);
    expect(roles).toEqual(expect.arrayContaining(["answer", "cancelled", "failed", "verifier"]));
    const services = new Set(collector.points.map((point) => point.resource["service.name"]));
    expect(services.size).toBe(4);
  });
});
