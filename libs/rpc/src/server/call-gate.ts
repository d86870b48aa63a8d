import type { HandlerContext } from "@connectrpc/connect";
import { invalidArgument, ReckonError, type Tenant } from "@reckon/core";
import { toConnectError } from "../errors.ts";
import { tenantFromHeader, tenantHeader } from "../internal-headers.ts";
import { isBuiltIn, isOpen } from "./built-in.ts";
import { deadlineKey, tenantKey } from "./serve-interceptor.ts";

/**
 * Says whose a request is, from its `authorization` header. Throws `unauthenticated` where nobody's, `unavailable` where it
 * cannot be found out now.
 */
export type Authenticate = (authorization: string | undefined) => Tenant | Promise<Tenant>;

/** What a gate looks at. */
export interface CallGateOptions {
  /** The longest deadline that a call may have. */
  readonly maxTimeoutMs: number;
  /** Undefined: nobody is asked who he is. */
  readonly authenticate?: Authenticate | undefined;
  /** The callers are services: the tenant that they name is believed. */
  readonly trustCallers?: boolean | undefined;
}

/** The gate that every call passes before its body is read. */
export interface CallGate {
  /** Throws where the call is not taken; notes its deadline and its tenant otherwise. */
  pass(call: HandlerContext): Promise<void>;
  /** From now on only health, reflection and status are served. */
  close(): void;
  readonly closed: boolean;
}

/** An open gate; calls with a deadline beyond `maxTimeoutMs`, and those of nobody, do not pass. */
export function createCallGate({ maxTimeoutMs, authenticate, trustCallers }: CallGateOptions): CallGate {
  let closed = false;
  return {
    close() {
      closed = true;
    },
    get closed() {
      return closed;
    },
    async pass(call) {
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
      const { requestHeader } = call;
      if (authenticate !== undefined && !isOpen(call.service.typeName)) {
        try {
          call.values.set(tenantKey, await authenticate(requestHeader.get("authorization") ?? undefined));
        } catch (error) {
          throw toConnectError(error);
        }
      } else if (trustCallers) {
        call.values.set(tenantKey, tenantFromHeader(requestHeader.get(tenantHeader)));
      }
      // It has served its purpose; nothing behind here can log it or pass it on.
      requestHeader.delete("authorization");
    },
  };
}
