import { createRpcClient } from "@reckon/rpc";
import { expectNoLiveHandlers, startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, text } from "./echo-service.ts";

const clientOf = (url: string) => createRpcClient(EchoService, { target: url }) as unknown as EchoClient;
const chunk = "x".repeat(10_000);
// Far more than sockets and HTTP/2 windows hold (34 MB were measured at this size).
const tooMany = 20_000;

/** The value that a counter stays at. */
async function settles(count: () => number): Promise<number> {
  for (let last = -1; last !== count(); ) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return count();
}

describe("backpressure", () => {
  it("stops a handler whose client does not read", async () => {
    let produced = 0;
    await using server = await startTestServer(
      echoRoutes({
        async *serve() {
          for (; produced < tooMany; produced += 1) yield text(chunk);
        },
      }),
    );
    const client = clientOf(server.url);
    const stream = client.serve(text("go"))[Symbol.asyncIterator]();
    await stream.next();
    expect(await settles(() => produced)).toBeLessThan(tooMany / 2);
    await stream.return?.();
    await expectNoLiveHandlers(server);
    client.close();
  });

  it("stops a client whose server does not read, and loses nothing", async () => {
    let read = () => {};
    const gate = new Promise<void>((resolve) => {
      read = resolve;
    });
    await using server = await startTestServer(
      echoRoutes({
        async collect(requests) {
          await gate;
          let count = 0;
          for await (const _ of requests) count += 1;
          return text("all", count);
        },
      }),
    );
    const client = clientOf(server.url);
    let produced = 0;
    async function* requests() {
      for (; produced < tooMany; produced += 1) yield text(chunk);
    }
    const answer = client.collect(requests());
    expect(await settles(() => produced)).toBeLessThan(tooMany / 2);
    read();
    expect(await answer).toMatchObject({ count: tooMany });
    client.close();
  });
});
