import type { DescService } from "@bufbuild/protobuf";
import { type CallOptions, type Client, createClient } from "@connectrpc/connect";
import { Client as GrpcClient } from "@grpc/grpc-js";
import { fromConnectError } from "../errors.ts";
import { prepareCall } from "./call-scope.ts";
import { cancelOnReturn } from "./cancel-on-return.ts";
import { channelCredentials, grpcChannelOptions, grpcTarget, type RpcChannelOptions } from "./channel-options.ts";
import { createGrpcTransport } from "./grpc-transport.ts";

/** Where a client connects, and how. */
export interface RpcClientOptions extends RpcChannelOptions {
  /** `host:port`, `dns:name:port`, `ipv4:a:1,b:2`, or the `url` of an `RpcServer`. */
  readonly target: string;
  /** Deadline of calls that set none themselves. Default: none but that of the call being served. */
  readonly timeoutMs?: number;
}

/** A typed client and the end of it. */
export type RpcClient<S extends DescService> = Client<S> & {
  /** Closes the channel; running calls fail. */
  close(): void;
};

type AnyCall = (input: unknown, options?: CallOptions) => unknown;

/**
 * A typed client of a service over a grpc-js channel: round robin over the target's addresses, retries, keepalive. Calls
 * inherit signal, deadline and trace of the call being served; leaving a stream cancels its call; failures are `ReckonError`s
 * with violations and retry delay. Connections are made with the first call and shared in the process by target.
 */
export function createRpcClient<S extends DescService>(service: S, options: RpcClientOptions): RpcClient<S> {
  const channel = new GrpcClient(
    grpcTarget(options.target),
    channelCredentials(options.target, options.tls),
    grpcChannelOptions(options),
  );
  const plain = createClient(service, createGrpcTransport(channel)) as Record<string, AnyCall>;
  const methods: Record<string, unknown> = { close: () => channel.close() };
  for (const { localName, methodKind } of service.methods) {
    const call = plain[localName] as AnyCall;
    const isStream = methodKind === "server_streaming" || methodKind === "bidi_streaming";
    methods[localName] = isStream ? streamCall(call, options.timeoutMs) : singleCall(call, options.timeoutMs);
  }
  return methods as RpcClient<S>;
}

function singleCall(call: AnyCall, defaultTimeoutMs: number | undefined): AnyCall {
  return async (input, options) => {
    const scope = prepareCall(options, defaultTimeoutMs)();
    try {
      return await call(input, scope.options);
    } catch (error) {
      throw fromConnectError(error);
    } finally {
      scope.release();
    }
  };
}

function streamCall(call: AnyCall, defaultTimeoutMs: number | undefined): AnyCall {
  return (input, options) => {
    const open = prepareCall(options, defaultTimeoutMs);
    return cancelOnReturn(open, (scope) => call(input, scope.options) as AsyncIterable<unknown>);
  };
}
