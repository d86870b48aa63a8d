import type { OutgoingHttpHeaders } from "node:http";
import { type FieldViolation, ReckonError, type ReckonErrorCode } from "@reckon/core";

/** A failure as OpenAI's API tells it. */
export interface ApiError {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string;
    };
  };
}

const invalid = "invalid_request_error";
// Status, `type` and `code`; the types are OpenAI's own, so that clients tell what they can mend from what they can repeat.
const told: Readonly<Record<ReckonErrorCode, readonly [status: number, type: string, code: string]>> = {
  "invalid-argument": [400, invalid, "invalid_value"],
  unimplemented: [400, invalid, "unsupported_parameter"],
  "failed-precondition": [400, invalid, "unsupported_value"],
  unauthenticated: [401, "authentication_error", "invalid_api_key"],
  "permission-denied": [403, "permission_error", "permission_denied"],
  "not-found": [404, invalid, "model_not_found"],
  "already-exists": [409, invalid, "conflict"],
  "resource-exhausted": [429, "rate_limit_error", "rate_limit_exceeded"],
  cancelled: [499, invalid, "cancelled"],
  "data-loss": [500, "server_error", "internal_error"],
  internal: [500, "server_error", "internal_error"],
  unavailable: [503, "server_error", "service_unavailable"],
  "deadline-exceeded": [504, "server_error", "deadline_exceeded"],
};

/** The parameter of a chat request that a field of the solve behind it came from. */
export type ParamOf = (field: string) => string;

/**
 * The answer to a failed request. Wrong fields keep their sentences under the names that the client knows; a wait becomes
 * `Retry-After`; what is worth no repetition says so (`x-should-retry`, which the official clients heed). Errors that nobody
 * meant to throw say nothing but `internal error`.
 */
export function apiError(thrown: unknown, paramOf: ParamOf = (field) => field): ApiError {
  const error = ReckonError.from(thrown);
  const { retryAfterMs } = error;
  const violations = violationsOf(error);
  const [status, type, code] = told[error.code];
  const first = violations[0];
  const sentences = violations.map(({ field, description }) => `${paramOf(field)}: ${description}`);
  const meant = thrown instanceof ReckonError && error.code !== "internal";
  const message = meant ? (sentences.length > 0 ? sentences.join("; ") : error.message) : "internal error";
  const headers: OutgoingHttpHeaders = { "content-type": "application/json" };
  if (status >= 429) headers["x-should-retry"] = String(error.retryable);
  if (retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
    headers["retry-after-ms"] = String(Math.max(0, Math.round(retryAfterMs)));
  }
  const param = first === undefined ? null : paramOf(first.field);
  return { status, headers, body: { error: { message, type, param, code } } };
}

/** The wrong fields of an error; one that only its sentence names (`options.seed: ...`) is one too. */
function violationsOf({ violations, message }: ReckonError): readonly FieldViolation[] {
  if (violations.length > 0) return violations;
  const [, field, description] = /^((?:options|problem)\.[\w.[\]]+): (.*)$/s.exec(message) ?? [];
  return field === undefined || description === undefined ? [] : [{ field, description }];
}

/** A parameter that has a wrong value: `invalid-argument`. */
export function wrongParam(param: string, description: string): ReckonError {
  const violations = [{ field: param, description }];
  return new ReckonError("invalid-argument", `${param}: ${description}`, { violations });
}

/** A parameter, or a value of it, that is not served: `unimplemented`. */
export function unsupportedParam(param: string, description: string): ReckonError {
  const violations = [{ field: param, description }];
  return new ReckonError("unimplemented", `${param}: ${description}`, { violations });
}
