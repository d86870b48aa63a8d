import { createRpcClient } from "@reckon/rpc";
import { eventually, expectNoLiveHandlers, startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, text } from "./echo-service.ts";

const clientOf = (url: string) => createRpcClient(EchoService, { target: url }) as unknown as EchoClient;

async function* forever() {
  for (let index = 0; ; index += 1) {
    yield text("again", index);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe("leaving a stream early", () => {
  it("leaves 0 live handlers after 20 breaks", async () => {
    await using server = await startTestServer(echoRoutes({ serve: forever }));
    const client = clientOf(server.url);
    for (let round = 0; round < 20; round += 1) {
      for await (const { count } of client.serve(text("go"))) if (count === 3) break;
    }
    await expectNoLiveHandlers(server);
    client.close();
  });

  it("leaves 0 live handlers when the loop throws, in a handler that ignores its signal", async () => {
    // Suspended at a yield because nobody reads: only a return() reaches it.
    await using server = await startTestServer(
      echoRoutes({
        async *serve() {
          for (;;) yield text("x".repeat(10_000));
        },
      }),
    );
    const client = clientOf(server.url);
    const fail = async () => {
      for await (const _ of client.serve(text("go"))) throw new Error("enough");
    };
    for (let round = 0; round < 20; round += 1) await expect(fail()).rejects.toThrow("enough");
    await expectNoLiveHandlers(server);
    client.close();
  });

  it("cancels while the next message is still awaited", async () => {
    await using server = await startTestServer(
      echoRoutes({
        async *serve(_request, { signal }) {
          yield text("first");
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      }),
    );
    const client = clientOf(server.url);
    const stream = client.serve(text("go"))[Symbol.asyncIterator]();
    await stream.next();
    const waiting = stream.next();
    await stream.return?.();
    expect(await waiting).toMatchObject({ done: true });
    await expectNoLiveHandlers(server);
    client.close();
  });

  it("reaches the second hop", async () => {
    await using far = await startTestServer(echoRoutes({ serve: forever }));
    const farClient = clientOf(far.url);
    await using near = await startTestServer(
      echoRoutes({
        async *serve(request) {
          yield* farClient.serve(request);
        },
      }),
    );
    const client = clientOf(near.url);
    for (let round = 0; round < 20; round += 1) {
      for await (const { count } of client.serve(text("go"))) if (count === 3) break;
    }
    await expectNoLiveHandlers([near, far]);
    client.close();
    farClient.close();
  });

  it("is noticed when the client's connection dies", async () => {
    await using server = await startTestServer(echoRoutes({ serve: forever, talk: forever }));
    for (let round = 0; round < 5; round += 1) {
      const client = clientOf(server.url);
      const stream = client.serve(text("go"))[Symbol.asyncIterator]();
      await stream.next();
      client.close();
      // A closed channel lets running calls go on; losing the iterator is what a crash looks like from here.
      await stream.return?.();
    }
    await expectNoLiveHandlers(server);
  });

  it("stops sending when the server ends a talk first", async () => {
    await using server = await startTestServer(
      echoRoutes({
        async *talk(requests) {
          for await (const request of requests) {
            yield request;
            return;
          }
        },
      }),
    );
    const client = clientOf(server.url);
    let left = false;
    async function* chatter() {
      try {
        yield* forever();
      } finally {
        left = true;
      }
    }
    const heard = await Array.fromAsync(client.talk(chatter()));
    expect(heard).toHaveLength(1);
    await expectNoLiveHandlers(server);
    await eventually(() => expect(left).toBe(true));
    client.close();
  });
});
