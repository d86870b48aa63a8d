import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, RetryInfoSchema } from "@reckon/proto/google/rpc/error_details";

/** What went wrong. `truncated`: the stream ended without its last event, so that nothing in it is final. */
export type ReckonErrorCode =
  | "invalid-argument"
  | "failed-precondition"
  | "not-found"
  | "already-exists"
  | "resource-exhausted"
  | "deadline-exceeded"
  | "cancelled"
  | "unavailable"
  | "unauthenticated"
  | "permission-denied"
  | "unimplemented"
  | "data-loss"
  | "internal"
  | "truncated";

/** One field of a request that is wrong. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What a `ReckonError` may carry beside its code and sentence. */
export interface ReckonErrorOptions {
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly violations?: readonly FieldViolation[];
  readonly cause?: unknown;
}

/** Every failure that this SDK throws on behalf of the server or the network. */
export class ReckonError extends Error {
  override readonly name = "ReckonError";
  readonly code: ReckonErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the server asks to wait first. */
  readonly retryAfterMs: number | undefined;
  /** The wrong fields, for `invalid-argument`. */
  readonly violations: readonly FieldViolation[];

  constructor(code: ReckonErrorCode, message: string, options: ReckonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? retryableCodes.has(code);
    this.retryAfterMs = options.retryAfterMs;
    this.violations = options.violations ?? [];
  }

  /** Gives whatever a call threw its meaning. */
  static from(thrown: unknown): ReckonError {
    if (thrown instanceof ReckonError) return thrown;
    const error = ConnectError.from(thrown);
    // fetch reports a refused or broken connection as a TypeError without a status.
    if (error.code === Code.Unknown && isNetworkFailure(error.cause)) {
      return new ReckonError("unavailable", describeNetworkFailure(error.cause), { cause: thrown });
    }
    if (error.rawMessage === "missing EndStreamResponse") {
      return new ReckonError("truncated", "the stream ended before its last event", { cause: thrown });
    }
    const retryAfter = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
    return new ReckonError(codeOf(error.code), error.rawMessage, {
      cause: thrown,
      violations: error
        .findDetails(BadRequestSchema)
        .flatMap((detail) => detail.fieldViolations.map(({ field, description }) => ({ field, description }))),
      ...(retryAfter && { retryAfterMs: Number(retryAfter.seconds) * 1000 + retryAfter.nanos / 1e6 }),
    });
  }
}

const retryableCodes: ReadonlySet<ReckonErrorCode> = new Set(["unavailable", "resource-exhausted", "truncated"]);

const codes: Partial<Record<Code, ReckonErrorCode>> = {
  [Code.Canceled]: "cancelled",
  [Code.InvalidArgument]: "invalid-argument",
  [Code.OutOfRange]: "invalid-argument",
  [Code.DeadlineExceeded]: "deadline-exceeded",
  [Code.NotFound]: "not-found",
  [Code.AlreadyExists]: "already-exists",
  [Code.PermissionDenied]: "permission-denied",
  [Code.ResourceExhausted]: "resource-exhausted",
  [Code.FailedPrecondition]: "failed-precondition",
  [Code.Aborted]: "unavailable",
  [Code.Unimplemented]: "unimplemented",
  [Code.Unavailable]: "unavailable",
  [Code.DataLoss]: "data-loss",
  [Code.Unauthenticated]: "unauthenticated",
};

function codeOf(code: Code): ReckonErrorCode {
  return codes[code] ?? "internal";
}

function isNetworkFailure(cause: unknown): cause is TypeError {
  return cause instanceof TypeError && /fetch|terminated|network|load failed/i.test(cause.message);
}

function describeNetworkFailure(error: TypeError): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  return (
    [cause.message || undefined, code && !cause.message.includes(code) ? code : undefined]
      .filter((part) => part !== undefined)
      .join(" ") || error.message
  );
}
