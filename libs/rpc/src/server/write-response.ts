import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { UniversalHandler } from "@connectrpc/connect/protocol";

/** The response of a Connect handler, independent of the HTTP version. */
export type UniversalResponse = Awaited<ReturnType<UniversalHandler>>;
/** A request as Node gives it, from HTTP/1.1 or HTTP/2. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
/** A response as Node gives it, for HTTP/1.1 or HTTP/2. */
export type NodeResponse = ServerResponse | Http2ServerResponse;

/**
 * Writes a handler's response. Headers wait for the first part of the body, so that a call stays retryable until it has
 * brought something; a gRPC call over HTTP/2 that fails before that is answered as Trailers-Only, one HEADERS frame, which is
 * what makes gRPC clients retry it (gRPC A6). Waits for the peer where it reads slowly. Throws when the peer leaves; the
 * handler's stream is left in any case.
 */
export async function writeResponse(response: UniversalResponse, req: NodeRequest, res: NodeResponse): Promise<void> {
  const chunks = response.body?.[Symbol.asyncIterator]();
  try {
    const first = await chunks?.next();
    if (isClosed(res)) throw new Error("the peer left before the response began");
    if ((first === undefined || first.done === true) && isGrpc(response) && res instanceof Http2ServerResponse) {
      const fields = { ":status": response.status, ...nodeHeaders(response.header), ...nodeHeaders(response.trailer) };
      res.stream.respond(fields, { endStream: true });
      stopRequest(req);
      return;
    }
    // HTTP/1.1 could not use this connection again: the rest of the request is in the way.
    if (!(res instanceof Http2ServerResponse) && !req.complete) res.setHeader("connection", "close");
    writeHead(res, response.status, nodeHeaders(response.header));
    for (let chunk = first; chunk !== undefined && chunk.done !== true; chunk = await chunks?.next()) {
      await write(res, chunk.value);
    }
    if (response.trailer !== undefined) res.addTrailers(nodeHeaders(response.trailer));
    await end(res);
    stopRequest(req);
  } finally {
    // Frees the handler where the peer left early; where the body has ended it does nothing.
    await chunks?.return?.().catch(() => {});
  }
}

function isGrpc(response: UniversalResponse): boolean {
  const type = response.header?.get("content-type") ?? "";
  return response.trailer !== undefined && /^application\/grpc(\+|;|$)/.test(type);
}

function isClosed(res: NodeResponse): boolean {
  return res instanceof Http2ServerResponse ? res.stream === undefined || res.stream.closed : res.destroyed;
}

function writeHead(res: NodeResponse, status: number, headers: OutgoingHttpHeaders): void {
  if (res instanceof Http2ServerResponse) res.writeHead(status, headers);
  else res.writeHead(status, headers);
}

/** Fields for Node; values of one name are kept apart where they must be (set-cookie) and joined elsewhere. */
function nodeHeaders(headers: Headers | undefined): OutgoingHttpHeaders {
  const fields: OutgoingHttpHeaders = {};
  headers?.forEach((value, name) => {
    fields[name] = value;
  });
  const cookies = headers?.getSetCookie() ?? [];
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  return fields;
}

function write(res: NodeResponse, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (isClosed(res)) return reject(new Error("the peer left"));
    const flushed = (res as ServerResponse).write(data);
    if (flushed) return resolve();
    const settle = (error?: Error) => {
      res.off("drain", onDrain);
      res.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = () => settle();
    const onClose = () => settle(new Error("the peer left while the response was written"));
    res.once("drain", onDrain);
    res.once("close", onClose);
  });
}

function end(res: NodeResponse): Promise<void> {
  return new Promise((resolve) => {
    res.once("finish", () => resolve());
    res.once("close", () => resolve());
    res.end();
  });
}

/** Tells a peer that still sends that nobody reads it: RST_STREAM with NO_ERROR (RFC 9113 section 8.1). */
function stopRequest(req: NodeRequest): void {
  if (!("stream" in req)) {
    if (!req.complete) req.resume();
    return;
  }
  const { stream } = req;
  if (stream === undefined || stream.closed || stream.readableEnded || req.complete) return;
  stream.close(constants.NGHTTP2_NO_ERROR);
}
