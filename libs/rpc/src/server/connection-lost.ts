import { type ContextValues, createContextValues } from "@connectrpc/connect";
import { connectionLostKey } from "./serve-interceptor.ts";
import type { NodeRequest } from "./write-response.ts";

/**
 * Context values of a call that know whether its connection is gone. Over HTTP/2 a call that ends while its session stands was
 * left on purpose (RST_STREAM); over HTTP/1.1 closing the connection is the only way to leave, and looks like losing it.
 */
export function withConnectionLost(req: NodeRequest): ContextValues {
  const session = "stream" in req ? req.stream.session : undefined;
  const isHttp2 = "stream" in req;
  return createContextValues().set(connectionLostKey, () => !isHttp2 || session === undefined || session.destroyed);
}
