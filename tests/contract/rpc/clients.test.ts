import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { createRpcClient } from "@reckon/rpc";
import { startTestServer, type TestServer } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, type Text, text } from "./echo-service.ts";
import { createRawGrpcClient } from "./raw-grpc.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(echoRoutes());
});
afterAll(() => server.drain({ timeoutMs: 0 }));

const over = (transport: (baseUrl: string) => Transport) => () =>
  ({ ...(createClient(EchoService, transport(server.url)) as object), close: () => {} }) as EchoClient;
const json = { useBinaryFormat: false };
const kinds: [name: string, open: () => EchoClient, canTalk: boolean][] = [
  ["grpc-js", () => createRawGrpcClient(server.url), true],
  ["our client", () => createRpcClient(EchoService, { target: server.url }) as unknown as EchoClient, true],
  ["gRPC of connect-node", over((baseUrl) => createGrpcTransport({ baseUrl })), true],
  ["gRPC-Web over HTTP/1.1", over((baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })), false],
  ["gRPC-Web over HTTP/2", over((baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" })), true],
  ["Connect over HTTP/1.1", over((baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" })), false],
  [
    "Connect JSON over HTTP/1.1",
    over((baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", ...json })),
    false,
  ],
  ["Connect over HTTP/2", over((baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })), true],
];

async function* words(...all: string[]): AsyncGenerator<Text> {
  for (const word of all) yield text(word);
}

describe.each(kinds)("%s", (_name, open, canTalk) => {
  let client: EchoClient;
  beforeAll(() => {
    client = open();
  });
  afterAll(() => client.close());

  it("calls unary methods", async () => {
    expect(await client.unary(text("hello", 3))).toMatchObject({ text: "hello", count: 3 });
  });

  it("reads server streams to their end, in order", async () => {
    const all = await Array.fromAsync(client.serve(text("a", 100)));
    expect(all.map((message) => message.count)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it("reads an empty server stream", async () => {
    expect(await Array.fromAsync(client.serve(text("a", 0)))).toEqual([]);
  });

  it("carries a message of 3 MB both ways", async () => {
    const long = "x".repeat(3_000_000);
    expect((await client.unary(text(long))).text.length).toBe(long.length);
  });

  it.runIf(canTalk)("sends client streams", async () => {
    expect(await client.collect(words("a", "b", "c"))).toMatchObject({ text: "a b c", count: 3 });
  });

  it.runIf(canTalk)("talks both ways at once", async () => {
    const answers: string[] = [];
    const queue: ((word: Text | undefined) => void)[] = [];
    // The next word is said only after the answer to the one before.
    async function* conversation() {
      for (;;) {
        const word = await new Promise<Text | undefined>((resolve) => queue.push(resolve));
        if (word === undefined) return;
        yield word;
      }
    }
    const say = async (word: string | undefined) => {
      while (queue.length === 0) await new Promise((resolve) => setImmediate(resolve));
      queue.shift()?.(word === undefined ? undefined : text(word));
    };
    void say("one");
    for await (const answer of client.talk(conversation())) {
      answers.push(answer.text);
      void say(answers.length < 3 ? `${answer.text}!` : undefined);
    }
    expect(answers).toEqual(["one", "one!", "one!!"]);
  });
});

describe("curl", () => {
  it("calls a unary method with a JSON body", async () => {
    const response = await fetch(`${server.url}/reckon.test.v1.EchoService/Unary`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "hello" }),
    });
    expect(await response.json()).toEqual({ text: "hello" });
  });
});
