import type { HandlerContext } from "@connectrpc/connect";
import { invalidArgument, ReckonError } from "@reckon/core";
import { toConnectError } from "../errors.ts";
import { isBuiltIn } from "./built-in.ts";
import { deadlineKey } from "./serve-interceptor.ts";

/** The gate that every call passes before its body is read. */
export interface CallGate {
  /** Throws where the call is not taken; notes its deadline otherwise. */
  pass(call: HandlerContext): void;
  /** From now on only health, reflection and status are served. */
  close(): void;
  readonly closed: boolean;
}

/** An open gate; calls with a deadline beyond `maxTimeoutMs` do not pass. */
export function createCallGate(maxTimeoutMs: number): CallGate {
  let closed = false;
  return {
    close() {
      closed = true;
    },
    get closed() {
      return closed;
    },
    pass(call) {
      const timeoutMs = call.timeoutMs();
      if (timeoutMs !== undefined) {
        if (timeoutMs > maxTimeoutMs) {
          const description = `${Math.round(timeoutMs)} ms is more than the limit of ${maxTimeoutMs} ms`;
          throw toConnectError(invalidArgument([{ field: "timeout", description }]));
        }
        call.values.set(deadlineKey, performance.now() + timeoutMs);
      }
      if (closed && !isBuiltIn(call.service.typeName)) {
        throw toConnectError(new ReckonError("unavailable", "the server is draining and takes no new calls"));
      }
    },
  };
}
