import { Code, ConnectError } from "@connectrpc/connect";
import { createAsyncIterable, readAllBytes } from "@connectrpc/connect/protocol";
import type { UniversalResponse } from "./write-response.ts";

const marker = "parse binary: ";
const maxErrorBytes = 65_536;
const messageOf = (text: string) => `the message is no protobuf of its type: ${text.slice(marker.length)}`;

/**
 * Connect calls a message that it cannot parse an internal error, as if the fault were the server's; here it is an invalid
 * argument. Any other error stays as it is.
 */
export function blameSender(error: ConnectError): ConnectError {
  if (error.code !== Code.Internal || !error.rawMessage.startsWith(marker)) return error;
  return new ConnectError(messageOf(error.rawMessage), Code.InvalidArgument);
}

/** As `blameSender`, for the response of a unary Connect call, which fails before any interceptor sees it. */
export async function blameSenderIn(response: UniversalResponse): Promise<UniversalResponse> {
  const { header, body } = response;
  if (response.status !== 500 || body === undefined || header === undefined) return response;
  if (header.get("content-type") !== "application/json" || header.has("content-encoding")) return response;
  const bytes = await readAllBytes(body, maxErrorBytes);
  const error = JSON.parse(Buffer.from(bytes).toString("utf8")) as { code?: string; message?: string };
  if (error.code !== "internal" || error.message?.startsWith(marker) !== true) {
    return { ...response, body: createAsyncIterable([bytes]) };
  }
  const corrected = Buffer.from(JSON.stringify({ code: "invalid_argument", message: messageOf(error.message) }));
  header.set("content-length", String(corrected.byteLength));
  return { ...response, status: 400, body: createAsyncIterable([corrected]) };
}
