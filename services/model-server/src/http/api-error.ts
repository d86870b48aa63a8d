import { ReckonError } from "@reckon/core";

/** A refusal as OpenAI words it: a status, a sentence, a type, and the field and code where there is one. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { type?: string; param?: string; code?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.type = more.type ?? (status >= 500 ? "server_error" : "invalid_request_error");
    this.param = more.param ?? null;
    this.code = more.code ?? null;
    this.headers = more.headers ?? {};
  }

  /** The error for whatever was thrown; the engine's own errors keep their sentence, and a bug keeps its to itself. */
  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    if (!(thrown instanceof ReckonError)) return new ApiError(500, "the server has failed on this request");
    const param = thrown.violations[0]?.field;
    const named = param === undefined ? {} : { param: param === "prompt" ? "messages" : param };
    switch (thrown.code) {
      case "invalid-argument": {
        const tooLong = /model's context is/.test(thrown.message);
        return new ApiError(400, thrown.message, { ...named, ...(tooLong && { code: "context_length_exceeded" }) });
      }
      case "not-found":
        return new ApiError(404, thrown.message, { param: "model", code: "model_not_found" });
      case "failed-precondition":
        return new ApiError(400, thrown.message, named);
      case "resource-exhausted":
        return new ApiError(429, thrown.message, { type: "rate_limit_error" });
      case "unavailable":
        return new ApiError(503, thrown.message);
      default:
        return new ApiError(500, thrown.message);
    }
  }

  /** The body of the response. */
  body(): { error: Record<string, unknown> } {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}
