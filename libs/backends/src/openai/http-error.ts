import { ReckonError } from "@reckon/core";

const maxMessageChars = 300;

/** The wait that a response asks for, in milliseconds: `retry-after-ms`, else `Retry-After` (RFC 9110, section 10.2.3). */
export function retryAfterMsOf(headers: Headers, nowMs = Date.now()): number | undefined {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/**
 * The error for a response that is not 2xx. Its message names the backend, the status and what the endpoint said, at most
 * 300 characters of it and nothing where the API key was refused, as some endpoints repeat the key then.
 */
export function errorOfResponse(backend: string, status: number, headers: Headers, body: string): ReckonError {
  const said = messageOfBody(body);
  const message = `backend ${backend} answered ${status}${said === "" ? "" : `: ${said}`}`;
  const retryAfterMs = retryAfterMsOf(headers);
  if (status === 401 || status === 403) {
    const why = `backend ${backend} answered ${status}: it refused the api key, or none is set (api_key_env)`;
    return new ReckonError("failed-precondition", why);
  }
  if (status >= 300 && status < 400) {
    return new ReckonError("failed-precondition", `backend ${backend} answered ${status}: its url redirects elsewhere`);
  }
  if (status === 404) return new ReckonError("not-found", message);
  if (status === 429) return new ReckonError("resource-exhausted", message, { retryAfterMs });
  if (status === 408 || status === 409 || status === 425 || status >= 500) {
    return new ReckonError("unavailable", message, { retryAfterMs });
  }
  return new ReckonError("invalid-argument", message);
}

/** The error for a request that never got a response, or lost it on the way. */
export function errorOfConnection(backend: string, error: unknown): ReckonError {
  if (error instanceof ReckonError) return error;
  // fetch hides what happened (`fetch failed`, `terminated`) in the cause.
  const { cause } = error as { cause?: { code?: unknown; message?: unknown } };
  const why = cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error));
  return new ReckonError("unavailable", `the connection to backend ${backend} was lost: ${String(why)}`, {
    cause: error,
  });
}

/** What the body of an error response says, in one line: the message of its JSON, or its text as it is. */
export function messageOfBody(body: string): string {
  let text = body;
  try {
    const json = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown };
    const error = typeof json.error === "string" ? json.error : json.error?.message;
    const found = error ?? json.message ?? json.detail;
    if (typeof found === "string") text = found;
  } catch {
    // Not JSON: a proxy's page, or plain text, which is shown as it is.
  }
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > maxMessageChars ? `${line.slice(0, maxMessageChars)}...` : line;
}
