import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { ReckonError, type ReckonErrorCode } from "@reckon/core";
import { BadRequestSchema, RetryInfoSchema } from "@reckon/proto/google/rpc/error_details";

// Details travel in one HTTP/2 header block, of which peers accept 16 KiB or less.
const maxViolations = 16;
const maxTextLength = 1_024;

const toCode: Record<ReckonErrorCode, Code> = {
  "invalid-argument": Code.InvalidArgument,
  "failed-precondition": Code.FailedPrecondition,
  "not-found": Code.NotFound,
  "already-exists": Code.AlreadyExists,
  "resource-exhausted": Code.ResourceExhausted,
  "deadline-exceeded": Code.DeadlineExceeded,
  cancelled: Code.Canceled,
  unavailable: Code.Unavailable,
  unauthenticated: Code.Unauthenticated,
  "permission-denied": Code.PermissionDenied,
  unimplemented: Code.Unimplemented,
  "data-loss": Code.DataLoss,
  internal: Code.Internal,
};

const fromCode: Record<Code, ReckonErrorCode> = {
  [Code.Canceled]: "cancelled",
  [Code.Unknown]: "internal",
  [Code.InvalidArgument]: "invalid-argument",
  [Code.DeadlineExceeded]: "deadline-exceeded",
  [Code.NotFound]: "not-found",
  [Code.AlreadyExists]: "already-exists",
  [Code.PermissionDenied]: "permission-denied",
  [Code.ResourceExhausted]: "resource-exhausted",
  [Code.FailedPrecondition]: "failed-precondition",
  [Code.Aborted]: "unavailable",
  [Code.OutOfRange]: "invalid-argument",
  [Code.Unimplemented]: "unimplemented",
  [Code.Internal]: "internal",
  [Code.Unavailable]: "unavailable",
  [Code.DataLoss]: "data-loss",
  [Code.Unauthenticated]: "unauthenticated",
};

/** Message of the status that anything but a `ReckonError` or a `ConnectError` becomes. */
export const internalErrorMessage = "internal error";

/**
 * The status that a thrown value becomes on the wire. A `ReckonError` keeps its code and message and carries its wrong
 * fields as `google.rpc.BadRequest` (the first 16) and its wait as `google.rpc.RetryInfo`; a `ConnectError` passes;
 * an aborted signal is `CANCELLED`; anything else is a bug, and says nothing but `internal error`.
 */
export function toConnectError(thrown: unknown): ConnectError {
  if (thrown instanceof ConnectError) return thrown;
  if (thrown instanceof ReckonError && !wrapsBug(thrown)) return fromReckonError(thrown);
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return new ConnectError("the call was cancelled", Code.Canceled, undefined, undefined, thrown);
  }
  return new ConnectError(internalErrorMessage, Code.Internal, undefined, undefined, thrown);
}

// What `ReckonError.from` made of a stranger's error: its text was not written for clients.
function wrapsBug({ code, message, cause }: ReckonError): boolean {
  if (code !== "internal" || cause === undefined || cause instanceof ConnectError) return false;
  return message === (cause instanceof Error ? cause.message : String(cause));
}

function fromReckonError(error: ReckonError): ConnectError {
  const details = [];
  if (error.violations.length > 0) {
    const shown = error.violations.slice(0, maxViolations);
    const fieldViolations = shown.map((v) => ({
      field: shorten(v.field, 256),
      description: shorten(v.description, 256),
    }));
    details.push({ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) });
  }
  if (error.retryAfterMs !== undefined) {
    const retryDelay = durationFromMs(Math.max(0, Math.round(error.retryAfterMs)));
    details.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) });
  }
  return new ConnectError(shorten(error.message, maxTextLength), toCode[error.code], undefined, details, error);
}

/**
 * The `ReckonError` that a failed call is to its caller, with wrong fields and retry delay restored. Retryable are
 * `unavailable`, `resource-exhausted` and whatever carries a retry delay. The `ConnectError` stays as the cause.
 */
export function fromConnectError(thrown: unknown): ReckonError {
  if (thrown instanceof ReckonError) return thrown;
  const error = ConnectError.from(thrown);
  const code = fromCode[error.code] ?? "internal";
  const violations = error
    .findDetails(BadRequestSchema)
    .flatMap((bad) => bad.fieldViolations.map(({ field, description }) => ({ field, description })));
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const retryAfterMs = delay === undefined ? undefined : durationMs(delay);
  const retryable = code === "unavailable" || code === "resource-exhausted" || retryAfterMs !== undefined;
  const message = error.rawMessage === "" ? code : error.rawMessage;
  return new ReckonError(code, message, { retryable, retryAfterMs, violations, cause: error });
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3).toWellFormed()}...`;
}
