import type { Server, ServerOpts, Socket } from "node:net";
import tls from "node:tls";
import type { Logger } from "@reckon/telemetry";

/** Certificate and private key of a port, in PEM. */
export interface TlsIdentity {
  readonly cert: Buffer | string;
  readonly key: Buffer | string;
  /** Authority of the clients: those without a certificate that it signed are not spoken to. Default: nobody is asked. */
  readonly ca?: Buffer | string;
}

/** The identity of a port; a function is asked again every minute, so that a renewed certificate needs no restart. */
export type ServerTls = TlsIdentity | (() => TlsIdentity);

/** What a TLS listener is made of, beside the options of its sockets. */
export interface TlsListenerOptions extends ServerOpts {
  readonly tls: ServerTls;
  /** How long the handshake may take. */
  readonly firstBytesTimeoutMs: number;
  readonly onHandshake: (socket: Socket) => void;
  readonly onSecure: (socket: Socket) => void;
  readonly logger: Logger;
}

const renewEveryMs = 60_000;

/** TLS 1.2 and 1.3; with an authority for clients, their certificates are required (mutual TLS, RFC 8446 section 4.3.2). */
function contextOf(identity: TlsIdentity): tls.SecureContextOptions {
  return { cert: identity.cert, key: identity.key, ca: identity.ca, minVersion: "TLSv1.2" };
}

/** A server that hands on connections which have agreed on TLS; the others end without a word. */
export function createTlsListener({ tls: source, onHandshake, onSecure, logger, ...tcp }: TlsListenerOptions): Server {
  const read = typeof source === "function" ? source : () => source;
  let identity = read();
  const mutual = identity.ca !== undefined;
  const server = tls.createServer(
    {
      ...tcp,
      ...contextOf(identity),
      requestCert: mutual,
      rejectUnauthorized: mutual,
      ALPNProtocols: ["h2", "http/1.1"],
      handshakeTimeout: tcp.firstBytesTimeoutMs,
    },
    onSecure,
  );
  server.on("connection", onHandshake);
  server.on("tlsClientError", (err, socket) => {
    logger.debug({ err }, "a connection did not agree on TLS");
    socket.destroy();
  });
  if (typeof source === "function") {
    const renew = () => {
      try {
        const next = read();
        if (String(next.cert) === String(identity.cert) && String(next.ca) === String(identity.ca)) return;
        server.setSecureContext(contextOf(next));
        identity = next;
        logger.info("the certificate was renewed");
      } catch (err) {
        // Half-written files, for example: the certificate that holds goes on.
        logger.warn({ err }, "the renewed certificate cannot be used");
      }
    };
    const timer = setInterval(renew, renewEveryMs).unref();
    server.once("close", () => clearInterval(timer));
  }
  return server;
}
