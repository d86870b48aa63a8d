/** What went wrong, as a closed vocabulary; `rpc` maps each code to one gRPC status. */
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
  | "internal";

/** One field of a request that is wrong: its path (`options.samples`) and a sentence with its value and its limit. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What a `ReckonError` may carry beside its code and sentence. */
export interface ReckonErrorOptions {
  /** Whether the same call may succeed later. Default: true for `unavailable` and `resource-exhausted`, else false. */
  readonly retryable?: boolean;
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The wrong fields, for `invalid-argument`. */
  readonly violations?: readonly FieldViolation[];
  readonly cause?: unknown;
}

/**
 * A failure with a meaning that the caller can act on; anything else that is thrown is a bug. The message is a lower-case
 * sentence that names the value and the limit and holds no secret. Whether to retry is decided where the error is made.
 */
export class ReckonError extends Error {
  override readonly name = "ReckonError";
  readonly code: ReckonErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly violations: readonly FieldViolation[];

  constructor(code: ReckonErrorCode, message: string, options: ReckonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? (code === "unavailable" || code === "resource-exhausted");
    this.retryAfterMs = options.retryAfterMs;
    this.violations = options.violations ?? [];
  }

  /** Wraps whatever was thrown: a `ReckonError` is returned as it is, anything else becomes `internal` with its cause. */
  static from(thrown: unknown): ReckonError {
    if (thrown instanceof ReckonError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new ReckonError("internal", message, { cause: thrown });
  }
}

/** An `invalid-argument` error over one or more wrong fields; its message joins their descriptions. */
export function invalidArgument(violations: readonly FieldViolation[]): ReckonError {
  const message = violations.map((v) => `${v.field}: ${v.description}`).join("; ");
  return new ReckonError("invalid-argument", message, { violations });
}
