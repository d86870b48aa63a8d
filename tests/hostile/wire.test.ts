import { randomBytes } from "node:crypto";
import net from "node:net";
import { Client, credentials, status } from "@grpc/grpc-js";
import { type Cluster, startCluster } from "@reckon/bench";
import { createReckon } from "@reckon/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { envelope } from "../src/client-kinds.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());
afterEach(async () => {
  const outcome = await createReckon({ url: cluster.url }).solve("What is 4 + 5?", { samples: 1 }).outcome();
  expect(outcome.samplesStarted, "it no longer serves").toBe(1);
});

const solvePath = "/reckon.orchestrator.v1.OrchestratorService/Solve";
const estimatePath = "/reckon.difficulty.v1.DifficultyService/Estimate";

const estimate = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${cluster.services.difficulty.url}${estimatePath}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });

async function solveJson(body: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${cluster.url}${solvePath}`, {
    method: "POST",
    headers: { "content-type": "application/connect+json", ...headers },
    body: envelope(body),
  });
  return response.text();
}

describe("JSON over Connect", () => {
  it("refuses lone surrogates, which are no text", async () => {
    const response = await estimate('{"problem":{"prompt":"What is \\ud800 + 5?"}}');
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/invalid_argument.*(surrogate|UTF-?8|unicode)/is);
    expect(await solveJson('{"problem":{"prompt":"\\udfff"}}')).toMatch(/invalid_argument/);
  });

  it.each([
    ["a number that is none", '{"problem":{"prompt":"1"},"options":{"samples":-1}}', /samples/],
    ["an unknown enum value", '{"problem":{"prompt":"1"},"options":{"strategy":"STRATEGY_WILD"}}', /STRATEGY_WILD/],
    ["broken JSON", '{"problem":', /JSON/i],
    ["temperature NaN", '{"problem":{"prompt":"1"},"options":{"temperature":"NaN"}}', /temperature.*not a number.*2/],
  ])("refuses %s", async (_, body, message) => {
    const text = await solveJson(body);
    expect(text).toMatch(/invalid_argument/);
    expect(text).toMatch(message);
  });

  it("refuses nesting a thousand deep", async () => {
    const response = await estimate(`${'{"problem":'.repeat(1000)}1${"}".repeat(1000)}`);
    expect(response.status).toBe(400);
  });

  it.each(["-5", "abc", "99999999999"])("refuses a timeout of %s ms", async (timeout) => {
    const response = await estimate('{"problem":{"prompt":"1 + 1"}}', { "connect-timeout-ms": timeout });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/invalid_argument/);
  });
});

describe("gRPC", () => {
  const raw = (bytes: Buffer, deadline?: Date) =>
    new Promise<{ code: number; details: string }>((resolve, reject) => {
      const client = new Client(cluster.services.orchestrator.address, credentials.createInsecure());
      const same = (value: Buffer) => value;
      const call = client.makeServerStreamRequest(solvePath, same, same, bytes, deadline ? { deadline } : {});
      call.on("data", () => undefined);
      call.on("error", (error) => resolve(error as unknown as { code: number; details: string }));
      call.on("end", () => reject(new Error("not refused")));
      call.on("close", () => client.close());
    });

  it("refuses malformed protobuf bytes", async () => {
    for (const bytes of [
      Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      Buffer.from("ffffffff", "hex"),
      randomBytes(64),
    ]) {
      const error = await raw(bytes);
      expect([status.INVALID_ARGUMENT, status.INTERNAL]).toContain(error.code);
      expect(error.details).toMatch(/\w/);
    }
  });

  it("refuses a prompt that is not UTF-8", async () => {
    const error = await raw(Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0xc3, 0x28]));
    expect([status.INVALID_ARGUMENT, status.INTERNAL]).toContain(error.code);
  });

  it("refuses a message of 40 MiB", async () => {
    const error = await raw(Buffer.alloc(40 * 2 ** 20));
    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it("ends a call whose deadline has passed", async () => {
    const error = await raw(Buffer.from([0x0a, 0x03, 0x0a, 0x01, 0x31]), new Date(Date.now() - 1_000));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
  });
});

describe("the port itself", () => {
  it("survives bytes that are no protocol, and connections that say nothing or half a word", async () => {
    for (const bytes of [
      randomBytes(4096),
      Buffer.from("PR"),
      Buffer.from("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
      Buffer.alloc(0),
    ]) {
      const { hostname, port } = new URL(cluster.url);
      const socket = net.connect(Number(port), hostname);
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.end(bytes);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    }
  });

  it("answers an unknown path with 404, not with a crash", async () => {
    expect((await fetch(`${cluster.url}/reckon.nothing.v1.Nothing/Do`, { method: "POST" })).status).toBe(404);
  });
});
