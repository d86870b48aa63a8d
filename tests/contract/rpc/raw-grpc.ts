import { type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import grpc from "@grpc/grpc-js";
import type { EchoClient, Text } from "./echo-service.ts";
import { methodOf } from "./echo-service.ts";

/** The echo service over grpc-js as its own users call it: no Connect, no retries, no code of ours. */
export function createRawGrpcClient(url: string): EchoClient {
  const client = new grpc.Client(url.replace("http://", ""), grpc.credentials.createInsecure());
  const parts = (name: string) => {
    const method = methodOf(name) as DescMethod;
    return [
      `/${method.parent.typeName}/${method.name}`,
      (value: Text) => Buffer.from(toBinary(method.input, value)),
      (bytes: Buffer) => fromBinary(method.output, bytes) as unknown as Text,
    ] as const;
  };
  const metadata = () => new grpc.Metadata();
  return {
    unary: (request) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(...parts("unary"), request, metadata(), (error, value) =>
          error === null ? resolve(value as Text) : reject(error),
        );
      }),
    serve: (request) => client.makeServerStreamRequest(...parts("serve"), request, metadata()),
    collect: (requests) =>
      new Promise((resolve, reject) => {
        const call = client.makeClientStreamRequest(...parts("collect"), metadata(), (error, value) =>
          error === null ? resolve(value as Text) : reject(error),
        );
        void (async () => {
          for await (const request of requests) call.write(request);
          call.end();
        })();
      }),
    talk: (requests) => {
      const call = client.makeBidiStreamRequest(...parts("talk"), metadata());
      void (async () => {
        for await (const request of requests) call.write(request);
        call.end();
      })();
      return call;
    },
    close: () => client.close(),
  };
}
