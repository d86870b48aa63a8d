import { Code, ConnectError } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { Metadata, type ServiceError } from "@grpc/grpc-js";

// grpc-js sets these itself.
const ownedByGrpc = new Set(["grpc-timeout", "content-type", "te", "user-agent", "host"]);
const statusDetails = "grpc-status-details-bin";

/** Request headers as gRPC metadata; values of `-bin` names are base64 in headers and bytes in metadata. */
export function toMetadata(headers: Headers): Metadata {
  const metadata = new Metadata();
  headers.forEach((value, name) => {
    if (ownedByGrpc.has(name) || name.startsWith("connect-")) return;
    if (!name.endsWith("-bin")) metadata.add(name, value);
    else for (const part of value.split(",")) metadata.add(name, Buffer.from(part.trim(), "base64"));
  });
  return metadata;
}

/** gRPC metadata as headers; the reverse of `toMetadata`. */
export function toHeaders(metadata: Metadata, into = new Headers()): Headers {
  for (const name of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(name)) {
      into.append(name, typeof value === "string" ? value : value.toString("base64").replace(/=+$/, ""));
    }
  }
  return into;
}

/**
 * The `ConnectError` that a failed grpc-js call stands for, with its details and trailers. An error of the stream itself (a
 * write to a call that has just ended) has no status: it is `unavailable`.
 */
export function toConnectErrorFromGrpc(error: ServiceError): ConnectError {
  if (typeof error.code !== "number")
    return new ConnectError(error.message, Code.Unavailable, undefined, undefined, error);
  const trailers = error.metadata === undefined ? new Headers() : toHeaders(error.metadata);
  const detailed = trailers.has(statusDetails) ? findTrailerError(trailers) : undefined;
  const status =
    detailed ??
    new ConnectError(decodeReserved(error.details ?? error.message), error.code as number as Code, trailers);
  status.cause = error;
  return status;
}

/**
 * grpc-js decodes a status message by `decodeURI`, which leaves the escapes of the reserved characters as they are. Only
 * those are decoded here: a second full decoding would spoil messages that hold a percent sign.
 */
function decodeReserved(message: string): string {
  return message.replace(/%(?:23|24|26|2[bcfBCF]|3[abdfABDF]|40)/g, decodeURIComponent);
}
