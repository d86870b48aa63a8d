import http from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { type Decoded, decodeMetricsRequest, decodeTraceRequest } from "./decode-otlp.ts";

/** Value of an attribute. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[] | undefined;

/** A span as it arrived; ids in hex, times in milliseconds since 1970. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Attributes of the process that sent it, for example `service.name`. */
  readonly resource: Readonly<Record<string, AttributeValue>>;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
}

/** A point of a metric as it arrived: a number, or a histogram's count and sum. */
export interface CollectedPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly resource: Readonly<Record<string, AttributeValue>>;
  readonly value: number | undefined;
  readonly count: number | undefined;
}

/** A real OTLP/HTTP collector that keeps what it is sent. */
export interface OtlpCollector {
  /** Base address, for `startTelemetry({ endpoint })`. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  readonly points: readonly CollectedPoint[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a collector on a free loopback port; takes protobuf and JSON, gzip or plain. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const points: CollectedPoint[] = [];
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const raw = Buffer.concat(chunks);
      const body = req.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      const type = req.headers["content-type"] ?? "";
      if (req.url === "/v1/traces") spans.push(...readSpans(decodeTraceRequest(body, type)));
      else if (req.url === "/v1/metrics") points.push(...readPoints(decodeMetricsRequest(body, type)));
      res.writeHead(req.url?.startsWith("/v1/") ? 200 : 404, { "content-type": type }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, points, close, [Symbol.asyncDispose]: close };
}

function readSpans(request: Decoded): CollectedSpan[] {
  return list(request, "resourceSpans").flatMap((group) => {
    const resource = readAttributes(group["resource"] as Decoded | undefined);
    const spans = list(group, "scopeSpans").flatMap((scope) => list(scope, "spans"));
    return spans.map((span) => ({
      traceId: String(span["traceId"] ?? ""),
      spanId: String(span["spanId"] ?? ""),
      parentSpanId: String(span["parentSpanId"] ?? ""),
      name: String(span["name"] ?? ""),
      startMs: Number(span["startTimeUnixNano"] ?? 0) / 1e6,
      endMs: Number(span["endTimeUnixNano"] ?? 0) / 1e6,
      attributes: readAttributes(span),
      resource,
      statusCode: Number((span["status"] as Decoded | undefined)?.["code"] ?? 0),
    }));
  });
}

function readPoints(request: Decoded): CollectedPoint[] {
  return list(request, "resourceMetrics").flatMap((group) => {
    const resource = readAttributes(group["resource"] as Decoded | undefined);
    const metrics = list(group, "scopeMetrics").flatMap((scope) => list(scope, "metrics"));
    return metrics.flatMap((metric) => {
      const data = (metric["sum"] ?? metric["gauge"] ?? metric["histogram"] ?? {}) as Decoded;
      return list(data, "dataPoints").map((point) => ({
        metric: String(metric["name"]),
        attributes: readAttributes(point),
        resource,
        value: numberOf(point["asInt"] ?? point["asDouble"] ?? point["sum"]),
        count: numberOf(point["count"]),
      }));
    });
  });
}

function list(decoded: Decoded, name: string): Decoded[] {
  return (decoded[name] as Decoded[] | undefined) ?? [];
}

function numberOf(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function readAttributes(holder: Decoded | undefined): Record<string, AttributeValue> {
  const entries = list(holder ?? {}, "attributes").map((entry) => [
    String(entry["key"]),
    readValue(entry["value"] as Decoded | undefined),
  ]);
  return Object.fromEntries(entries);
}

function readValue(value: Decoded | undefined): AttributeValue {
  if (value === undefined) return undefined;
  if ("intValue" in value) return Number(value["intValue"]);
  if ("arrayValue" in value) return list(value["arrayValue"] as Decoded, "values").map(readValue);
  return (value["stringValue"] ?? value["doubleValue"] ?? value["boolValue"]) as AttributeValue;
}
