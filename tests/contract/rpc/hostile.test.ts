import http2 from "node:http2";
import { connect, type Socket } from "node:net";
import { createRpcClient } from "@reckon/rpc";
import { eventually, expectNoLiveHandlers, startTestServer, type TestServer } from "@reckon/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type EchoClient, EchoService, echoRoutes, text } from "./echo-service.ts";

const megabyte = 1_048_576;
let server: TestServer;
let client: EchoClient;
beforeAll(async () => {
  server = await startTestServer(echoRoutes(), {
    maxMessageBytes: megabyte,
    headersTimeoutMs: 200,
    requestTimeoutMs: 400,
  });
  client = createRpcClient(EchoService, { target: server.url }) as unknown as EchoClient;
});
afterEach(async () => {
  await expectNoLiveHandlers(server);
  // Whatever was done to it, the server still serves.
  expect(await client.unary(text("still there"))).toMatchObject({ text: "still there" });
});
afterAll(async () => {
  client.close();
  await server.drain({ timeoutMs: 0 });
});

const path = "/reckon.test.v1.EchoService";
const post = (method: string, type: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}/${method}`, { method: "POST", headers: { "content-type": type, ...headers }, body });

/** An open socket and what came back on it. */
async function openSocket(): Promise<{ socket: Socket; received: () => string; closed: Promise<void> }> {
  const socket = connect(server.port, server.host);
  socket.on("error", () => {});
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, received: () => received, closed };
}

describe("a malformed request", () => {
  it.each([
    ["protobuf that is cut off", "application/proto", new Uint8Array([10, 200, 1, 65])],
    ["protobuf of a wrong wire type", "application/proto", new Uint8Array([0xff, 0xff, 0xff, 0xff])],
    ["text that is not UTF-8", "application/proto", new Uint8Array([10, 2, 0xc3, 0x28])],
    ["JSON that is none", "application/json", "{not json"],
    ["JSON of wrong types", "application/json", `{"text": 5}`],
    ["JSON with unknown fields", "application/json", `{"txt": "x"}`],
  ])("with %s is an invalid argument", async (_name, type, body) => {
    const response = await post("Unary", type, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_argument", message: expect.any(String) });
  });

  it("with a wrong content type is 415", async () => {
    expect((await post("Unary", "text/plain", "hello")).status).toBe(415);
  });

  it("with an unknown method is 404", async () => {
    expect((await post("Nothing", "application/json", "{}")).status).toBe(404);
  });

  it.each(["-5", "abc", "99999999999", "1.5"])("with a deadline of %s is an invalid argument", async (timeout) => {
    const response = await post("Unary", "application/json", "{}", { "connect-timeout-ms": timeout });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_argument" });
  });

  it("with an envelope longer than its body is refused", async () => {
    const response = await post("Serve", "application/grpc-web+proto", new Uint8Array([0, 0, 0, 1, 0, 1, 2, 3]));
    const status = response.headers.get("grpc-status") ?? /grpc-status: ?(\d+)/i.exec(await response.text())?.[1];
    expect(["3", "13"]).toContain(status);
  });

  it("over gRPC with garbage for a message is refused", async () => {
    const session = http2.connect(server.url);
    const stream = session.request({
      ":method": "POST",
      ":path": `${path}/Unary`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.end(Buffer.from([0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff]));
    const headers = await new Promise<http2.IncomingHttpHeaders>((resolve) => stream.once("response", resolve));
    expect(["3", "13"]).toContain(headers["grpc-status"]);
    session.destroy();
  });

  it("with 20 KB of headers is 431, and a target that is no URL is 400", async () => {
    const big = await post("Unary", "application/json", "{}", { "x-big": "x".repeat(20_000) });
    expect(big.status).toBe(431);
    const { socket, received, closed } = await openSocket();
    socket.write("POST http://[ HTTP/1.1\r\nhost: [\r\ncontent-length: 0\r\n\r\n");
    await eventually(() => expect(received()).toMatch(/^HTTP\/1.1 4\d\d/));
    socket.end();
    await closed;
  });
});

describe("an oversized message", () => {
  it("is refused with its size and the limit, over Connect and gRPC", async () => {
    const big = "x".repeat(3 * megabyte);
    const response = await post("Unary", "application/json", JSON.stringify({ text: big }));
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({
      code: "resource_exhausted",
      message: expect.stringMatching(/1048576/),
    });
    await expect(client.unary(text(big))).rejects.toMatchObject({ code: "resource-exhausted" });
  });

  it("is refused although it is compressed to almost nothing", async () => {
    const { gzipSync } = await import("node:zlib");
    const bomb = gzipSync(Buffer.alloc(64 * megabyte, " "));
    expect(bomb.length).toBeLessThan(megabyte);
    const response = await post("Unary", "application/json", bomb, { "content-encoding": "gzip" });
    expect(await response.json()).toMatchObject({ code: "resource_exhausted" });
  });

  it("from the handler is refused with its size and the limit", async () => {
    await using chatty = await startTestServer(echoRoutes({ unary: () => text("x".repeat(2 * megabyte)) }), {
      maxMessageBytes: megabyte,
    });
    const other = createRpcClient(EchoService, { target: chatty.url }) as unknown as EchoClient;
    await expect(other.unary(text("go"))).rejects.toMatchObject({
      code: "resource-exhausted",
      message: expect.stringMatching(/1048576/),
    });
    other.close();
  });
});

describe("a connection", () => {
  it.each([
    ["random bytes", Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0, 255, 254])],
    ["a line of text", Buffer.from("hello there\r\n\r\n")],
    ["a broken HTTP/2 preface", Buffer.from("PRI * HTTP/3.0\r\n\r\nXX\r\n\r\n")],
    [
      "a frame of an absurd size",
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\x00\x00\x00\x00\x00\x00", "latin1"),
    ],
  ])("that sends %s is closed", async (_name, bytes) => {
    const { socket, closed } = await openSocket();
    socket.write(bytes);
    await closed;
  });

  it("that says nothing is closed in time", async () => {
    const { closed } = await openSocket();
    await closed;
  });

  it("that sends the beginning of a preface and no more is closed in time", async () => {
    const { socket, closed } = await openSocket();
    socket.write("PR");
    await closed;
  });

  it("that sends its preface byte by byte is served", async () => {
    const { socket, received } = await openSocket();
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
    for (const byte of preface) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(received().length).toBeGreaterThan(8));
    socket.destroy();
  });

  it("that trickles its headers is closed in time", async () => {
    const { socket, closed } = await openSocket();
    socket.write(`POST ${path}/Unary HTTP/1.1\r\nhost: x\r\n`);
    const trickle = setInterval(() => socket.write("x-slow: y\r\n"), 50);
    await closed;
    clearInterval(trickle);
  });

  it("that trickles its body is closed in time, and its handler with it", async () => {
    const { socket, closed } = await openSocket();
    const head = "content-type: application/json\r\ncontent-length: 1000";
    socket.write(`POST ${path}/Unary HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n`);
    const trickle = setInterval(() => socket.write(" "), 50);
    await closed;
    clearInterval(trickle);
  });

  it("that trickles a message over HTTP/2 loses that stream in time", async () => {
    const session = http2.connect(server.url);
    session.on("error", () => {});
    const stream = session.request({
      ":method": "POST",
      ":path": `${path}/Unary`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    stream.write(Buffer.from([0, 0, 0, 1]));
    await new Promise((resolve) => stream.once("close", resolve));
    session.destroy();
  });

  it("that vanishes in the middle of a call takes its handler with it", async () => {
    const session = http2.connect(server.url);
    session.on("error", () => {});
    const headers = { ":method": "POST", "content-type": "application/grpc", te: "trailers" };
    for (let index = 0; index < 10; index += 1) {
      const stream = session.request({ ...headers, ":path": `${path}/Talk` });
      stream.on("error", () => {});
      stream.write(Buffer.from([0, 0, 0, 0, 0]));
    }
    await eventually(() => expect(server.liveHandlers()).toBe(10));
    session.destroy();
  });

  it("whose client closes its half in the middle of a talk takes its handler with it", async () => {
    const session = http2.connect(server.url);
    session.on("error", () => {});
    const stream = session.request({
      ":method": "POST",
      ":path": `${path}/Talk`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    stream.write(Buffer.from([0, 0, 0, 0, 0]));
    await eventually(() => expect(server.liveHandlers()).toBe(1));
    (session.socket as unknown as { destroySoon?: () => void }).destroySoon?.();
    session.destroy();
  });
});
