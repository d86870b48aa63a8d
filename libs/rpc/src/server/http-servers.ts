import http from "node:http";
import http2 from "node:http2";
import type { NodeRequest, NodeResponse } from "./write-response.ts";

const megabyte = 1_048_576;
const clientErrors: Record<string, string> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/**
 * The HTTP/1.1 half of a server, fed with connections by a multiplexer. Headers must arrive in time; bodies are timed by the
 * listener, since a streaming call may send for as long as it lasts.
 */
export function createHttp1(listener: http.RequestListener, headersTimeoutMs: number): http.Server {
  const server = http.createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1_000,
    },
    listener,
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return socket.destroy();
    const status = clientErrors[error.code ?? ""] ?? "400 Bad Request";
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  // Node checks header timeouts from this event on, which a server that another one feeds never emits.
  server.emit("listening");
  return server;
}

/** The HTTP/2 half of a server, fed with connections by a multiplexer. */
export function createHttp2(listener: (req: NodeRequest, res: NodeResponse) => void): http2.Http2Server {
  return http2.createServer(
    {
      settings: { maxConcurrentStreams: 4_096, initialWindowSize: megabyte },
      maxSessionMemory: 256,
      // A client that stops samples early resets streams as its normal work; Node's default allows 33 a second.
      streamResetBurst: 10_000,
      streamResetRate: 1_000,
    },
    listener,
  );
}
