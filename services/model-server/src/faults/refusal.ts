import { ApiError } from "../http/api-error.ts";
import type { Fault } from "./fault-schedule.ts";

/** The refusal that a fault is; `undefined` where it shows in another way. */
export function refusalOf(fault: Fault, model: string): ApiError | undefined {
  const { retryAfterMs } = fault;
  const headers: Readonly<Record<string, string>> =
    retryAfterMs === undefined
      ? {}
      : { "retry-after": String(Math.ceil(retryAfterMs / 1000)), "retry-after-ms": String(retryAfterMs) };
  switch (fault.kind) {
    case "rate-limited": {
      const again = retryAfterMs === undefined ? "" : ` Please try again in ${retryAfterMs / 1000}s.`;
      const message = `Rate limit reached for model \`${model}\`.${again}`;
      return new ApiError(429, message, { type: "requests", code: "rate_limit_exceeded", headers });
    }
    case "server-error":
      return new ApiError(500, "the server had an error while processing the request");
    case "unavailable":
      return new ApiError(503, "the server is overloaded or not ready", { headers });
    default:
      return undefined;
  }
}
