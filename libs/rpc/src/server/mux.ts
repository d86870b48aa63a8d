import type http from "node:http";
import type http2 from "node:http2";
import net from "node:net";
import type { Logger } from "@reckon/telemetry";
import { createTlsListener, type ServerTls } from "./tls-listener.ts";

const preface = Buffer.from("PRI");

/** How a multiplexer treats connections that have not said what they speak. */
export interface MuxOptions {
  /** How long a connection may take to send its first 3 bytes. */
  readonly firstBytesTimeoutMs: number;
  readonly onConnection: (socket: net.Socket) => void;
  /** A connection that is yet to agree on TLS. */
  readonly onHandshake: (socket: net.Socket) => void;
  /** Plain text where undefined. */
  readonly tls: ServerTls | undefined;
  readonly logger: Logger;
}

const tcp = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };

/**
 * A TCP server for HTTP/1.1 and HTTP/2 on one port, in plain text or over TLS: a connection that begins with `PRI`, as the HTTP/2 preface
 * does (RFC 9113 section 3.4), goes to `h2`, any other to `h1`.
 */
export function createMux(h1: http.Server, h2: http2.Http2Server, options: MuxOptions): net.Server {
  const accept = (socket: net.Socket) => {
    options.onConnection(socket);
    // Errors of a connection end that connection, and its handlers hear of it by its close.
    socket.on("error", () => socket.destroy());
    const giveUp = () => socket.destroy();
    const timer = setTimeout(giveUp, options.firstBytesTimeoutMs);
    const settle = () => {
      clearTimeout(timer);
      socket.off("readable", sniff);
      socket.off("end", giveUp);
      socket.off("close", settle);
    };
    let head = Buffer.alloc(0);
    const sniff = () => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      head = Buffer.concat([head, chunk]);
      const seen = head.subarray(0, preface.length);
      const isPrefix = preface.subarray(0, seen.length).equals(seen);
      if (isPrefix && seen.length < preface.length) return;
      settle();
      socket.unshift(head);
      if (isPrefix) socket.allowHalfOpen = false;
      (isPrefix ? h2 : h1).emit("connection", socket);
    };
    socket.on("readable", sniff);
    socket.on("end", giveUp);
    socket.on("close", settle);
  };
  if (options.tls === undefined) return net.createServer(tcp, accept);
  return createTlsListener({ ...tcp, ...options, tls: options.tls, onSecure: accept });
}
