import {
  create,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { Client, credentials } from "@grpc/grpc-js";

/** One way in: calls a method with the request as a plain object and gives all responses, one for a unary method. */
export interface ClientKind {
  readonly name: string;
  /** Whether it can send a stream of requests. */
  readonly sendsStreams: boolean;
  call(url: string, method: DescMethod, requests: readonly object[]): Promise<readonly Message[]>;
}

const pathOf = (method: DescMethod) => `/${method.parent.typeName}/${method.name}`;

/** Plain grpc-js, as any gRPC client in any language would call. */
export const grpcJs: ClientKind = {
  name: "grpc-js",
  sendsStreams: true,
  async call(url, method, requests) {
    const client = new Client(new URL(url).host, credentials.createInsecure());
    const write = (value: Message) => Buffer.from(toBinary(method.input, value));
    const read = (bytes: Buffer) => fromBinary(method.output, bytes);
    const messages = requests.map((request) => create(method.input, { ...request }));
    try {
      if (method.methodKind === "unary") {
        return await new Promise((resolve, reject) => {
          client.makeUnaryRequest(pathOf(method), write, read, messages[0] as Message, (error, response) =>
            error ? reject(error) : resolve([response as Message]),
          );
        });
      }
      if (method.methodKind === "server_streaming") {
        return await Array.fromAsync(
          client.makeServerStreamRequest(pathOf(method), write, read, messages[0] as Message),
        );
      }
      const stream = client.makeBidiStreamRequest(pathOf(method), write, read);
      for (const message of messages) stream.write(message);
      stream.end();
      return await Array.fromAsync(stream as AsyncIterable<Message>);
    } finally {
      client.close();
    }
  },
};

/** gRPC-Web over HTTP/1.1, as a browser behind no proxy calls. */
export const grpcWeb: ClientKind = {
  name: "gRPC-Web",
  sendsStreams: false,
  call: (url, method, requests) => callOver(createGrpcWebTransport({ baseUrl: url }), method, requests),
};

async function callOver(
  transport: Transport,
  method: DescMethod,
  requests: readonly object[],
): Promise<readonly Message[]> {
  const client = createClient(method.parent, transport) as Record<string, (input: object) => unknown>;
  const isStream = method.methodKind === "bidi_streaming" || method.methodKind === "client_streaming";
  const result = client[method.localName]?.(isStream ? streamOf(requests) : (requests[0] ?? {}));
  if (method.methodKind === "unary") return [(await result) as Message];
  return Array.fromAsync(result as AsyncIterable<Message>);
}

async function* streamOf(requests: readonly object[]): AsyncGenerator<object> {
  yield* requests;
}

/** Connect with JSON over HTTP/1.1, written by hand, as `curl` sends it. */
export const connectJson: ClientKind = {
  name: "Connect JSON over HTTP/1.1",
  sendsStreams: false,
  async call(url, method, requests) {
    const body = JSON.stringify(toJson(method.input, create(method.input, { ...requests[0] })));
    const read = (value: JsonValue) => fromJson(method.output, value);
    if (method.methodKind === "unary") {
      const response = await post(`${url}${pathOf(method)}`, "application/json", body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      return [read(JSON.parse(text) as JsonValue)];
    }
    const response = await post(`${url}${pathOf(method)}`, "application/connect+json", envelope(body));
    const frames = readEnvelopes(Buffer.from(await response.arrayBuffer()));
    const end = frames.at(-1);
    if (end === undefined || (end.flags & 2) === 0) throw new Error("the stream has no end frame");
    const { error } = JSON.parse(end.data) as { error?: unknown };
    if (error !== undefined) throw new Error(JSON.stringify(error));
    return frames.slice(0, -1).map((frame) => read(JSON.parse(frame.data) as JsonValue));
  },
};

/** The ways in that are tested for every RPC. */
export const clientKinds: readonly ClientKind[] = [grpcJs, grpcWeb, connectJson];

function post(url: string, contentType: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": contentType, "connect-protocol-version": "1" },
    body,
  });
}

/** A Connect stream message: flags, length, data. */
export function envelope(data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
  const out = new Uint8Array(5 + bytes.length);
  new DataView(out.buffer).setUint32(1, bytes.length);
  out.set(bytes, 5);
  return out;
}

function readEnvelopes(bytes: Buffer): { flags: number; data: string }[] {
  const frames: { flags: number; data: string }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    frames.push({ flags: bytes.readUInt8(at), data: bytes.toString("utf8", at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return frames;
}
