import { cors as connectCors } from "@connectrpc/connect";
import type { NodeRequest, NodeResponse } from "./write-response.ts";

const loopback = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const maxAgeSeconds = 7_200;
const exposedHeaders = [...connectCors.exposedHeaders, "x-request-id", "retry-after"].join(", ");
// What OpenAI's clients send from a browser.
const openAiHeader = /^(x-stainless-[a-z-]+|idempotency-key)$/;

/**
 * Cross-origin rules for browsers. `origins`: those allowed, `"*"` for any; loopback origins alone where undefined. The
 * function returned sets the headers of a response and answers preflight requests itself; true means answered.
 */
export function createCors(origins: readonly string[] | undefined): (req: NodeRequest, res: NodeResponse) => boolean {
  const isAllowed = (origin: string) =>
    origins === undefined ? loopback.test(origin) : origins.includes("*") || origins.includes(origin);
  return (req, res) => {
    const origin = req.headers.origin;
    if (origin === undefined) return false;
    res.setHeader("vary", "origin");
    const allowed = isAllowed(origin);
    if (allowed) {
      res.setHeader("access-control-allow-origin", origin);
      res.setHeader("access-control-expose-headers", exposedHeaders);
    }
    if (req.method !== "OPTIONS" || req.headers["access-control-request-method"] === undefined) return false;
    if (allowed) {
      res.setHeader("access-control-allow-methods", connectCors.allowedMethods.join(", "));
      const wanted = (req.headers["access-control-request-headers"] ?? "").toLowerCase().split(/\s*,\s*/);
      const openAi = wanted.filter((name) => openAiHeader.test(name));
      const headers = [...connectCors.allowedHeaders, "authorization", "traceparent", "tracestate", ...openAi];
      res.setHeader("access-control-allow-headers", headers.join(", "));
      res.setHeader("access-control-max-age", String(maxAgeSeconds));
    }
    res.statusCode = allowed ? 204 : 403;
    res.end();
    return true;
  };
}
