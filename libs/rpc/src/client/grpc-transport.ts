import {
  type DescMessage,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type ContextValues,
  createContextValues,
  type StreamResponse,
  type Transport,
  type UnaryResponse,
} from "@connectrpc/connect";
import { runStreamingCall, runUnaryCall } from "@connectrpc/connect/protocol";
import type { Client, ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { toConnectErrorFromGrpc, toHeaders, toMetadata } from "./metadata.ts";

/**
 * A Connect transport whose calls run over a grpc-js client, so that typed Connect clients get its balancing, retries and
 * keepalive. Every streaming kind is one duplex call: they do not differ on the wire.
 */
export function createGrpcTransport(client: Client): Transport {
  return {
    unary<I extends DescMessage, O extends DescMessage>(
      ...[method, signal, timeoutMs, header, message, contextValues]: Parameters<Transport["unary"]>
    ) {
      return runUnaryCall<I, O>({
        signal,
        timeoutMs,
        req: {
          ...requestOf(method as DescMethodUnary<I, O>, header, contextValues),
          stream: false,
          message: message as never,
        },
        next: (req) => unary(client, req.method, req.message, req.header, deadlineOf(timeoutMs), req.signal),
      });
    },
    stream<I extends DescMessage, O extends DescMessage>(
      ...[method, signal, timeoutMs, header, input, contextValues]: Parameters<Transport["stream"]>
    ) {
      // One iterator, whoever asks: an abort must reach the iteration that is running.
      const iterator = input[Symbol.asyncIterator]();
      const message = { [Symbol.asyncIterator]: () => iterator };
      return runStreamingCall<I, O>({
        signal,
        timeoutMs,
        req: {
          ...requestOf(method as DescMethodStreaming<I, O>, header, contextValues),
          stream: true,
          message: message as never,
        },
        next: (req) => stream(client, req.method, req.message, req.header, deadlineOf(timeoutMs), req.signal),
      });
    },
  };
}

function requestOf<M extends DescMethod>(method: M, header?: HeadersInit, contextValues?: ContextValues) {
  return {
    method,
    service: method.parent,
    requestMethod: "POST",
    url: pathOf(method),
    header: new Headers(header),
    contextValues: contextValues ?? createContextValues(),
  };
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function deadlineOf(timeoutMs: number | undefined): Date | undefined {
  return timeoutMs === undefined ? undefined : new Date(Date.now() + timeoutMs);
}

function codecOf<I extends DescMessage, O extends DescMessage>(method: { input: I; output: O }) {
  return {
    serialize: (value: MessageShape<I>) => Buffer.from(toBinary(method.input, value)),
    deserialize: (bytes: Buffer) => fromBinary(method.output, bytes),
  };
}

function unary<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodUnary<I, O>,
  message: MessageShape<I>,
  requestHeader: Headers,
  deadline: Date | undefined,
  signal: AbortSignal,
): Promise<UnaryResponse<I, O>> {
  return new Promise((resolve, reject) => {
    const { serialize, deserialize } = codecOf(method);
    const header = new Headers();
    const trailer = new Headers();
    let answer: MessageShape<O> | undefined;
    const cancel = () => call.cancel();
    const call = client.makeUnaryRequest<MessageShape<I>, MessageShape<O>>(
      pathOf(method),
      serialize,
      deserialize,
      message,
      toMetadata(requestHeader),
      { deadline },
      (error, value) => {
        answer = value;
        if (error === null) return;
        signal.removeEventListener("abort", cancel);
        reject(toConnectErrorFromGrpc(error));
      },
    );
    call.on("metadata", (metadata: Metadata) => toHeaders(metadata, header));
    // Trailers come with the status, which follows the message.
    call.on("status", ({ metadata }: { metadata: Metadata }) => {
      signal.removeEventListener("abort", cancel);
      toHeaders(metadata, trailer);
      if (answer === undefined) return;
      resolve({ stream: false, service: method.parent, method, header, trailer, message: answer });
    });
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
  });
}

function stream<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodStreaming<I, O>,
  input: AsyncIterable<MessageShape<I>>,
  requestHeader: Headers,
  deadline: Date | undefined,
  signal: AbortSignal,
): Promise<StreamResponse<I, O>> {
  const { serialize, deserialize } = codecOf(method);
  const call = client.makeBidiStreamRequest<MessageShape<I>, MessageShape<O>>(
    pathOf(method),
    serialize,
    deserialize,
    toMetadata(requestHeader),
    { deadline },
  );
  const header = new Headers();
  const trailer = new Headers();
  const cancel = () => call.cancel();
  const ended = new Promise<void>((resolve) => {
    call.once("status", ({ metadata }: { metadata: Metadata }) => {
      signal.removeEventListener("abort", cancel);
      toHeaders(metadata, trailer);
      resolve();
    });
  });
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });

  let requestFailure: unknown;
  send(call, input, ended).catch((error: unknown) => {
    requestFailure = error;
    call.cancel();
  });
  const failure = (error: unknown) => requestFailure ?? toConnectErrorFromGrpc(error as ServiceError);
  const message = receive(call, ended, failure);

  return new Promise((resolve, reject) => {
    const begin = () => resolve({ stream: true, service: method.parent, method, header, trailer, message });
    call.once("metadata", (metadata: Metadata) => {
      toHeaders(metadata, header);
      begin();
    });
    call.on("error", (error: ServiceError) => reject(failure(error)));
    call.once("status", begin);
  });
}

/** Writes the requests as fast as the peer takes them; stops, and leaves the input, when the call has ended. */
async function send<I, O>(call: ClientDuplexStream<I, O>, input: AsyncIterable<I>, ended: Promise<void>) {
  let over = false;
  let giveUp = () => {};
  void ended.then(() => {
    over = true;
    giveUp();
  });
  // Not Promise.race: each race would leave a reaction behind on `ended`, as long as the call lasts.
  const unlessOver = <T>(wait: Promise<T>) =>
    new Promise<T | undefined>((resolve, reject) => {
      giveUp = () => resolve(undefined);
      if (over) giveUp();
      wait.then(resolve, reject);
    });
  const iterator = input[Symbol.asyncIterator]();
  while (!over) {
    const step = await unlessOver(iterator.next());
    if (step === undefined) break;
    if (step.done === true) return call.end();
    if (!call.write(step.value)) await unlessOver(new Promise<void>((resolve) => call.once("drain", resolve)));
  }
  // The input may be waiting for its producer; it hears of the end whenever it asks.
  iterator.return?.().catch(() => {});
}

async function* receive<I, O>(
  call: ClientDuplexStream<I, O>,
  ended: Promise<void>,
  failure: (error: unknown) => unknown,
): AsyncGenerator<O, void, void> {
  try {
    for await (const message of call) yield message as O;
    await ended;
  } catch (error) {
    throw failure(error);
  } finally {
    call.cancel();
  }
}
