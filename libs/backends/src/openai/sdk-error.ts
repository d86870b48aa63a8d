import { ReckonError } from "@reckon/core";
import { errorOfConnection, errorOfResponse } from "./http-error.ts";

/** The part of the SDKs' `APIError` that is read; the two packages have a class each. */
interface SdkError {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly error?: unknown;
  readonly cause?: unknown;
}

/**
 * What an SDK threw, as a `ReckonError`: a refused request by its status; an event that is not JSON as `data-loss`; an error
 * that the endpoint sent in the stream as `unavailable`, not retryable where its code is that of a wrong request; everything
 * else, the raw `TypeError` of a broken body included, as a lost connection.
 */
export function errorOfSdk(backend: string, thrown: unknown): ReckonError {
  for (let error = thrown; error !== undefined && error !== null; error = (error as SdkError).cause) {
    if (error instanceof ReckonError) return error;
  }
  const { status, headers, error, cause } = (thrown ?? {}) as SdkError;
  if (typeof status === "number") {
    const said = error === undefined ? "" : JSON.stringify({ error });
    return errorOfResponse(backend, status, new Headers(headers as HeadersInit | undefined), said);
  }
  if (thrown instanceof SyntaxError) {
    return new ReckonError("data-loss", `the stream of backend ${backend} holds an event that is not json`, {
      retryable: true,
    });
  }
  if (error !== undefined) return errorInStream(backend, error);
  return errorOfConnection(backend, cause instanceof Error ? cause : thrown);
}

const neverConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** Whether what an SDK threw means that the endpoint has refused the request, or that it never got there. */
export function isRefusal(thrown: unknown): boolean {
  if (typeof (thrown as SdkError | null)?.status === "number") return true;
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code } = error as { code?: unknown };
    if (error instanceof ReckonError || (typeof code === "string" && neverConnected.has(code))) return true;
  }
  return false;
}

function errorInStream(backend: string, error: unknown): ReckonError {
  const { message, code } = (typeof error === "object" ? error : { message: error }) as Record<string, unknown>;
  const status = Number(code);
  const wrongRequest = status >= 400 && status < 500 && status !== 429 && status !== 408;
  const text = (typeof message === "string" ? message : "").slice(0, 300) || "no message";
  return new ReckonError("unavailable", `backend ${backend} reported an error in the stream: ${text}`, {
    retryable: !wrongRequest,
  });
}
