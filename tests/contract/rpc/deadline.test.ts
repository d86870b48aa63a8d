import { createRpcClient, currentCall, remainingMs, runDetached } from "@reckon/rpc";
import { expectNoLiveHandlers, startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, text } from "./echo-service.ts";

const clientOf = (url: string, timeoutMs?: number) =>
  createRpcClient(EchoService, { target: url, timeoutMs }) as unknown as EchoClient;

describe("the deadline of a call", () => {
  it("reaches the third hop, and ends the handlers of all three", async () => {
    const seen: (number | undefined)[] = [];
    await using third = await startTestServer(
      echoRoutes({
        async *serve(_request, { signal }) {
          seen.push(remainingMs());
          yield text("deep");
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      }),
    );
    const toThird = clientOf(third.url);
    await using second = await startTestServer(
      echoRoutes({
        async *serve(request) {
          seen.push(remainingMs());
          yield* toThird.serve(request);
        },
      }),
    );
    const toSecond = clientOf(second.url);
    await using first = await startTestServer(
      echoRoutes({
        async *serve(request) {
          seen.push(remainingMs());
          yield* toSecond.serve(request);
        },
      }),
    );
    const client = clientOf(first.url);
    const call = async () => {
      for await (const _ of client.serve(text("go"), { timeoutMs: 400 }));
    };
    await expect(call()).rejects.toMatchObject({ code: "deadline-exceeded" });
    expect(seen).toHaveLength(3);
    expect(seen.every((ms) => ms !== undefined && ms > 0 && ms <= 400)).toBe(true);
    expect(seen[2]).toBeLessThanOrEqual(seen[0] ?? 0);
    await expectNoLiveHandlers([first, second, third]);
    for (const open of [client, toSecond, toThird]) open.close();
  });

  it("is known at every step of a streaming handler, also after a wait", async () => {
    const seen: boolean[] = [];
    await using server = await startTestServer(
      echoRoutes({
        async *serve() {
          try {
            seen.push(currentCall() !== undefined);
            yield text("one");
            await new Promise((resolve) => setTimeout(resolve, 5));
            seen.push(currentCall() !== undefined);
            yield text("two");
          } finally {
            seen.push(currentCall() !== undefined);
          }
        },
      }),
    );
    const client = clientOf(server.url);
    await Array.fromAsync(client.serve(text("go"), { timeoutMs: 1_000 }));
    expect(seen).toEqual([true, true, true]);
    client.close();
  });

  it("answers a unary call in time although its handler goes on, and counts that handler until it ends", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using server = await startTestServer(
      echoRoutes({
        async unary(request) {
          await released;
          return request;
        },
      }),
    );
    // Over HTTP the client has no timer of its own here, so this is the server's answer.
    const response = await fetch(`${server.url}/reckon.test.v1.EchoService/Unary`, {
      method: "POST",
      headers: { "content-type": "application/json", "connect-timeout-ms": "50" },
      body: "{}",
    });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: "deadline_exceeded" });
    expect(server.liveHandlers()).toBe(1);
    release();
    await expectNoLiveHandlers(server);
  });

  it("is not longer than the server's limit", async () => {
    await using server = await startTestServer(echoRoutes(), { maxTimeoutMs: 1_000 });
    const client = clientOf(server.url);
    await expect(client.unary(text("go"), { timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "invalid-argument",
      violations: [{ field: "timeout", description: expect.stringMatching(/more than the limit of 1000 ms/) }],
    });
    client.close();
  });

  it("does not bind what is detached from the call", async () => {
    let later: Promise<unknown> = Promise.resolve();
    await using far = await startTestServer(echoRoutes());
    const farClient = clientOf(far.url);
    await using near = await startTestServer(
      echoRoutes({
        unary(request) {
          later = runDetached(async () => {
            await new Promise((resolve) => setTimeout(resolve, 30));
            return farClient.unary(text("afterwards"));
          });
          return request;
        },
      }),
    );
    const client = clientOf(near.url, 1_000);
    await client.unary(text("go"));
    expect(await later).toMatchObject({ text: "afterwards" });
    client.close();
    farClient.close();
  });

  it("cancels the calls of a handler whose client leaves", async () => {
    await using far = await startTestServer(
      echoRoutes({
        unary: (request, { signal }) =>
          new Promise((resolve) => signal.addEventListener("abort", () => resolve(request))),
      }),
    );
    const farClient = clientOf(far.url);
    await using near = await startTestServer(echoRoutes({ unary: (request) => farClient.unary(request) }));
    const client = clientOf(near.url);
    const leave = new AbortController();
    const call = client.unary(text("go"), { signal: leave.signal });
    while (far.liveHandlers() === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    leave.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await expectNoLiveHandlers([near, far]);
    client.close();
    farClient.close();
  });
});
