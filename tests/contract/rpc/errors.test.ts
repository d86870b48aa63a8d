import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import grpc from "@grpc/grpc-js";
import { invalidArgument, ReckonError } from "@reckon/core";
import { createRpcClient, fromConnectError } from "@reckon/rpc";
import { createLogger } from "@reckon/telemetry";
import { startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, type Text, text } from "./echo-service.ts";
import { createRawGrpcClient } from "./raw-grpc.ts";

const clientOf = (url: string) => createRpcClient(EchoService, { target: url }) as unknown as EchoClient;

/** A handler that fails the first `failures` times. */
function failing(failures: number, error: () => Error) {
  const state = { attempts: 0 };
  const attempt = (request: Text) => {
    state.attempts += 1;
    if (state.attempts <= failures) throw error();
    return request;
  };
  return {
    state,
    unary: attempt,
    async *serve(request: Text) {
      yield attempt(request);
    },
    async *talk(requests: AsyncIterable<Text>) {
      for await (const request of requests) yield attempt(request);
    },
  };
}

describe("errors", () => {
  it("bring violations and retry delay back through our client", async () => {
    const violations = [
      { field: "options.samples", description: "0 is less than the limit of 1" },
      { field: "problem.prompt", description: "is missing" },
    ];
    await using server = await startTestServer(
      echoRoutes({
        unary() {
          throw invalidArgument(violations);
        },
        async *serve() {
          yield text("one");
          throw new ReckonError("resource-exhausted", "8 of 8 slots are taken", { retryAfterMs: 1_250 });
        },
      }),
    );
    const client = clientOf(server.url);
    await expect(client.unary(text("go"))).rejects.toMatchObject({ code: "invalid-argument", violations });
    const call = Array.fromAsync(client.serve(text("go")));
    await expect(call).rejects.toMatchObject({ code: "resource-exhausted", retryAfterMs: 1_250, retryable: true });
    await expect(call).rejects.toBeInstanceOf(ReckonError);
    client.close();
  });

  it.each([
    ["Connect", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
    ["gRPC-Web", (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ])("bring violations back through %s", async (_name, transport) => {
    const violations = [{ field: "a", description: "b" }];
    await using server = await startTestServer(
      echoRoutes({
        unary() {
          throw invalidArgument(violations);
        },
      }),
    );
    const client = createClient(EchoService, transport(server.url)) as unknown as EchoClient;
    const error = await client.unary(text("go")).catch(fromConnectError);
    expect(error).toMatchObject({ code: "invalid-argument", violations });
  });

  it("keep their text, whatever characters it has", async () => {
    const message = `x = 3; 100 % of "a/b?c=d&e" + ü, 答え, ~ # $ @`;
    await using server = await startTestServer(
      echoRoutes({
        unary() {
          throw new ReckonError("not-found", message);
        },
      }),
    );
    const client = clientOf(server.url);
    await expect(client.unary(text("go"))).rejects.toMatchObject({ code: "not-found", message });
    client.close();
  });

  it("that nobody meant say nothing but internal, and are logged with their stack", async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const routes = echoRoutes({
      unary() {
        throw new Error("the secret is 42");
      },
      async *serve() {
        yield text("one");
        throw new TypeError("another secret");
      },
    });
    await using server = await startTestServer(routes, { logger });
    const client = clientOf(server.url);
    await expect(client.unary(text("go"))).rejects.toMatchObject({ code: "internal", message: "internal error" });
    await expect(Array.fromAsync(client.serve(text("go")))).rejects.toMatchObject({ message: "internal error" });
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.map((line) => line.err.message)).toEqual(["the secret is 42", "another secret"]);
    expect(logged[0].err.stack).toContain("errors.test.ts");
    expect(logged[0].method).toBe("reckon.test.v1.EchoService/Unary");
    client.close();
  });

  it("with thousands of violations still fit into a header block", async () => {
    const violations = Array.from({ length: 5_000 }, (_, index) => ({
      field: `items[${index}]`,
      description: "x".repeat(900),
    }));
    await using server = await startTestServer(
      echoRoutes({
        unary() {
          throw invalidArgument(violations);
        },
      }),
    );
    const client = clientOf(server.url);
    const error = await client.unary(text("go")).catch((thrown: ReckonError) => thrown as ReckonError);
    expect(error).toMatchObject({ code: "invalid-argument" });
    expect((error as ReckonError).violations).toHaveLength(16);
    client.close();
  });
});

describe("retries", () => {
  const unavailable = () => new ReckonError("unavailable", "not just now");

  it.each(["unary", "serve", "talk"] as const)("bring a %s call through that fails twice at first", async (kind) => {
    const handlers = failing(2, unavailable);
    await using server = await startTestServer(echoRoutes(handlers));
    const client = clientOf(server.url);
    async function* requests() {
      yield text("hello");
    }
    const call = {
      unary: async () => [await client.unary(text("hello"))],
      serve: () => Array.fromAsync(client.serve(text("hello"))),
      talk: () => Array.fromAsync(client.talk(requests())),
    }[kind];
    expect(await call()).toMatchObject([{ text: "hello" }]);
    expect(handlers.state.attempts).toBe(3);
    client.close();
  });

  it("give up after 4 attempts, and do not touch other errors", async () => {
    const handlers = failing(100, unavailable);
    await using server = await startTestServer(echoRoutes(handlers));
    const client = clientOf(server.url);
    await expect(client.unary(text("go"))).rejects.toMatchObject({ code: "unavailable", retryable: true });
    expect(handlers.state.attempts).toBe(4);

    const refusing = failing(100, () => new ReckonError("failed-precondition", "never"));
    await using other = await startTestServer(echoRoutes(refusing));
    const otherClient = clientOf(other.url);
    await expect(otherClient.unary(text("go"))).rejects.toMatchObject({ code: "failed-precondition" });
    expect(refusing.state.attempts).toBe(1);
    client.close();
    otherClient.close();
  });

  it("are possible because an error before the first message is one HEADERS frame (Trailers-Only)", async () => {
    await using server = await startTestServer(echoRoutes(failing(1, unavailable)));
    const client = createRawGrpcClient(server.url);
    const error: grpc.ServiceError = await client.unary(text("go")).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.code).toBe(grpc.status.UNAVAILABLE);
    // grpc-js puts Trailers-Only headers into the status's metadata.
    expect(error.metadata.get("content-type")).toEqual(["application/grpc+proto"]);
    client.close();
  });
});

it("keeps a ConnectError that a handler throws as it is", async () => {
  await using server = await startTestServer(
    echoRoutes({
      unary() {
        throw new ConnectError("no such row", Code.NotFound);
      },
    }),
  );
  const client = clientOf(server.url);
  await expect(client.unary(text("go"))).rejects.toMatchObject({ code: "not-found", message: "no such row" });
  client.close();
});
