import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

/** How long connections live, and how dead ones are found. */
export interface ConnectionOptions {
  /** Age at which a connection is asked to go (GOAWAY), spread by 10 % either way. */
  readonly maxAgeMs: number;
  /** How long the calls of a connection that was asked to go may still run. */
  readonly maxAgeGraceMs: number;
  /** How often a peer is asked whether it is still there (HTTP/2 PING). */
  readonly keepaliveMs: number;
  /** How long it may take to answer. */
  readonly keepaliveTimeoutMs: number;
}

/** The open connections of a server. */
export interface Connections {
  readonly size: number;
  addSocket(socket: Socket): void;
  /** A connection that is yet to agree on TLS: it counts as none, but ends with the others. */
  addHandshake(socket: Socket): void;
  addSession(session: ServerHttp2Session): void;
  /** True for a connection that should not be used again: too old, or of a server that goes. */
  isLeaving(socket: Socket): boolean;
  /** Asks every peer to go: GOAWAY for HTTP/2, `connection: close` with the next response for HTTP/1.1. */
  goAway(): void;
  /** Ends every connection; resolves when all are gone. */
  destroy(): Promise<void>;
}

/** An empty set of connections. */
export function createConnections(options: ConnectionOptions): Connections {
  const sockets = new Map<Socket, number>();
  const handshakes = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  let leaving = false;
  return {
    get size() {
      return sockets.size;
    },
    addSocket(socket) {
      sockets.set(socket, performance.now() + spread(options.maxAgeMs));
      socket.once("close", () => sockets.delete(socket));
    },
    addHandshake(socket) {
      handshakes.add(socket);
      socket.once("close", () => handshakes.delete(socket));
    },
    addSession(session) {
      sessions.add(session);
      const stopKeepalive = keepAlive(session, options);
      const ageTimer = setTimeout(() => {
        session.close();
        graceTimer = setTimeout(() => session.destroy(), options.maxAgeGraceMs).unref();
      }, spread(options.maxAgeMs)).unref();
      let graceTimer: NodeJS.Timeout | undefined;
      session.once("close", () => {
        sessions.delete(session);
        stopKeepalive();
        clearTimeout(ageTimer);
        clearTimeout(graceTimer);
      });
      if (leaving) session.close();
    },
    isLeaving: (socket) => leaving || performance.now() > (sockets.get(socket) ?? Number.POSITIVE_INFINITY),
    goAway() {
      leaving = true;
      for (const session of sessions) session.close();
    },
    async destroy() {
      const gone = [...sockets.keys()].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
      for (const session of sessions) session.destroy();
      for (const socket of [...sockets.keys(), ...handshakes]) socket.destroy();
      await Promise.all(gone);
    },
  };
}

/** A time moved by up to 10 % either way, so that many connections do not leave together. */
function spread(ms: number): number {
  // Longer delays overflow Node's timers and would fire at once.
  return Math.min(ms * (0.9 + 0.2 * Math.random()), 2 ** 31 - 1);
}

function keepAlive(session: ServerHttp2Session, options: ConnectionOptions): () => void {
  let answerTimer: NodeJS.Timeout | undefined;
  const timer = setInterval(() => {
    if (session.destroyed || session.closed) return;
    clearTimeout(answerTimer);
    answerTimer = setTimeout(() => session.destroy(), options.keepaliveTimeoutMs).unref();
    session.ping(() => clearTimeout(answerTimer));
  }, options.keepaliveMs).unref();
  return () => {
    clearInterval(timer);
    clearTimeout(answerTimer);
  };
}
