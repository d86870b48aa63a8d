import http2 from "node:http2";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@reckon/proto/grpc/health/v1/health";
import { createRpcClient } from "@reckon/rpc";
import { eventually, startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, type Text, text } from "./echo-service.ts";

const clientOf = (url: string, options: object = {}) =>
  createRpcClient(EchoService, { target: url, ...options }) as unknown as EchoClient;

/** A serve handler that yields whenever it is told to, and ends when told so. */
function controlled() {
  let wake = () => {};
  let over = false;
  const handlers = {
    async *serve(_request: Text, { signal }: { signal: AbortSignal }) {
      for (let index = 0; !over && !signal.aborted; index += 1) {
        yield text("still here", index);
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve());
        });
      }
    },
  };
  return {
    handlers,
    step: () => wake(),
    finish() {
      over = true;
      wake();
    },
  };
}

describe("a drain", () => {
  it("lets running calls finish, refuses new ones, then closes", async () => {
    const { handlers, step, finish } = controlled();
    const server = await startTestServer(echoRoutes(handlers));
    const client = clientOf(server.url, { retry: false });
    const running = client.serve(text("go"))[Symbol.asyncIterator]();
    expect(await running.next()).toMatchObject({ value: { count: 0 } });

    const drained = server.drain({ timeoutMs: 5_000 });
    expect(server.drainSignal.aborted).toBe(true);
    await expect(client.unary(text("too late"))).rejects.toMatchObject({ code: "unavailable", retryable: true });
    step();
    expect(await running.next()).toMatchObject({ value: { count: 1 } });
    finish();
    expect(await running.next()).toMatchObject({ done: true });
    await drained;
    expect(server.openConnections()).toBe(0);
    client.close();
  });

  it("tells those who watch its health at once, and ends their streams", async () => {
    const { handlers, finish } = controlled();
    const server = await startTestServer(echoRoutes(handlers));
    const client = clientOf(server.url);
    const running = client.serve(text("go"))[Symbol.asyncIterator]();
    await running.next();
    const health = createRpcClient(Health, { target: server.url });
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { status } of health.watch({})) seen.push(status);
    })().catch((error: unknown) => error);
    await eventually(() => expect(seen).toEqual([Status.SERVING]));
    const drained = server.drain({ timeoutMs: 5_000 });
    await eventually(() => expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING]));
    finish();
    await drained;
    expect(await watching).toMatchObject({ code: "unavailable" });
    health.close();
    client.close();
  });

  it("aborts what still runs at its limit, as unavailable", async () => {
    const { handlers } = controlled();
    const server = await startTestServer(echoRoutes(handlers));
    const client = clientOf(server.url);
    const running = client.serve(text("go"))[Symbol.asyncIterator]();
    await running.next();
    await server.drain({ timeoutMs: 50 });
    await expect(running.next()).rejects.toMatchObject({ code: "unavailable" });
    expect(server.liveHandlers()).toBe(0);
    client.close();
  });

  it("closes although a client holds an idle connection open", async () => {
    const server = await startTestServer(echoRoutes());
    const session = http2.connect(server.url);
    session.on("error", () => {});
    await new Promise((resolve) => session.once("connect", resolve));
    await fetch(`${server.url}/healthz`);
    await server.drain({ timeoutMs: 1_000 });
    await new Promise<void>((resolve) => (session.destroyed ? resolve() : session.once("close", () => resolve())));
    expect(server.openConnections()).toBe(0);
  });

  it("is done once, however often it is asked for", async () => {
    const server = await startTestServer(echoRoutes());
    expect(server.drain()).toBe(server.drain());
    await server.drain();
  });

  it("still takes calls in its lame-duck time", async () => {
    const server = await startTestServer(echoRoutes());
    const drained = server.drain({ lameDuckMs: 150 });
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    const client = clientOf(server.url);
    expect(await client.unary(text("in time"))).toMatchObject({ text: "in time" });
    client.close();
    await drained;
  });
});

describe("connections", () => {
  it("that grow old are replaced while their calls go on", async () => {
    await using server = await startTestServer(
      echoRoutes({
        async *serve(_request, { signal }) {
          for (let index = 0; index < 20 && !signal.aborted; index += 1) {
            yield text("tick", index);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        },
      }),
      { maxConnectionAgeMs: 60 },
    );
    const client = clientOf(server.url);
    const ticks = await Array.fromAsync(client.serve(text("go")));
    expect(ticks).toHaveLength(20);
    expect(await client.unary(text("after"))).toMatchObject({ text: "after" });
    client.close();
  });

  it("whose peer no longer answers are dropped", async () => {
    await using server = await startTestServer(echoRoutes(), { keepaliveMs: 50, keepaliveTimeoutMs: 50 });
    const { Socket } = await import("node:net");
    const socket = new Socket();
    socket.on("error", () => {});
    await new Promise<void>((resolve) => socket.connect(server.port, server.host, resolve));
    // The preface and empty settings, then silence: pings go unanswered.
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    await eventually(() => expect(server.openConnections()).toBe(1));
    await eventually(() => expect(server.openConnections()).toBe(0));
    socket.destroy();
  });

  it("are shared among the addresses of a target (round robin)", async () => {
    const counts = [0, 0, 0];
    const servers = await Promise.all(
      counts.map((_, index) =>
        startTestServer(
          echoRoutes({
            unary(request) {
              counts[index] = (counts[index] ?? 0) + 1;
              return request;
            },
          }),
        ),
      ),
    );
    const target = `ipv4:${servers.map((server) => `${server.host}:${server.port}`).join(",")}`;
    const client = clientOf(target);
    await eventually(async () => {
      await client.unary(text("warm up"));
      expect(Math.min(...counts)).toBeGreaterThan(0);
    });
    counts.fill(0);
    for (let call = 0; call < 30; call += 1) await client.unary(text("go"));
    expect(counts).toEqual([10, 10, 10]);

    // One of them goes: nobody notices.
    await servers[0]?.drain();
    for (let call = 0; call < 10; call += 1) await client.unary(text("go"));
    client.close();
    for (const server of servers) await server.drain({ timeoutMs: 0 });
  });
});
