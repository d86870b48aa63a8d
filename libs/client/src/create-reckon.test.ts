import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ReckonError as CoreError, invalidArgument } from "@reckon/core";
import { SolveEventSchema } from "@reckon/proto/reckon/orchestrator/v1/event";
import { OrchestratorService, type SolveRequest } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { Method, StopReason, Strategy } from "@reckon/proto/reckon/types/v1/plan";
import type { ServiceImpl } from "@reckon/rpc";
import { eventually, startTestServer, type TestServer } from "@reckon/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createReckon, type Reckon } from "./create-reckon.ts";
import { ReckonError } from "./reckon-error.ts";
import { solveEventToJson } from "./solve-event-from-proto.ts";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(
  implementation: Partial<ServiceImpl<typeof OrchestratorService>>,
): Promise<{ reckon: Reckon; server: TestServer }> {
  const server = await startTestServer((router) => router.service(OrchestratorService, implementation));
  servers.push(server);
  return { reckon: createReckon({ url: server.url }), server };
}

const event = (sequence: number, body: MessageInitShape<typeof SolveEventSchema>["event"]) => ({
  event: create(SolveEventSchema, {
    sequence: BigInt(sequence),
    elapsed: { seconds: 1n, nanos: 500_000_000 },
    event: body,
  }),
});
const started = event(1, {
  case: "solveStarted",
  value: {
    solveId: "s1",
    answerKind: 1,
    plan: { strategy: Strategy.ADAPTIVE, method: Method.BEST_OF_N, samples: 4, timeout: { seconds: 30n } },
    difficulty: { score: 0.25, signals: [{ name: "length", value: 0.1, weight: 0.3, detail: "4 words" }] },
  },
});
const delta = (sequence: number) =>
  event(sequence, { case: "thoughtDelta", value: { sample: 0, step: 0, text: "2 + 2", outputTokens: 3 } });
const ended = (sequence: number) =>
  event(sequence, {
    case: "solveEnded",
    value: {
      outcome: {
        answer: "4",
        confidence: { value: 0.9, kind: 1 },
        stopReason: StopReason.CONFIDENT,
        ledger: { answerTokens: 12n },
      },
    },
  });

describe("solve", () => {
  it("gives typed events, then the outcome", async () => {
    const { reckon } = await serve({
      async *solve() {
        yield started;
        yield delta(2);
        yield ended(3);
      },
    });
    const solve = reckon.solve("What is 2 + 2?");
    const events = await Array.fromAsync(solve);
    expect(events.map(({ type, sequence, elapsedMs }) => [type, sequence, elapsedMs])).toEqual([
      ["solve-started", 1, 1500],
      ["thought-delta", 2, 1500],
      ["solve-ended", 3, 1500],
    ]);
    expect(events[0]).toMatchObject({
      solveId: "s1",
      answerKind: "number",
      plan: { strategy: "adaptive", method: "best-of-n", samples: 4, timeoutMs: 30_000 },
      difficulty: { score: 0.25, signals: [{ name: "length", detail: "4 words" }] },
    });
    expect(await solve.outcome()).toMatchObject({
      answer: "4",
      confidence: { value: 0.9, kind: "agreement" },
      stopReason: "confident",
      ledger: { answerTokens: 12, maxOutputTokens: undefined },
      failure: undefined,
    });
    expect(solveEventToJson(events[1] ?? expect.unreachable())).toEqual({
      sequence: "2",
      elapsed: "1.500s",
      thoughtDelta: { text: "2 + 2", outputTokens: 3 },
    });
  });

  it("sends what the caller fixes, and nothing else", async () => {
    const requests: SolveRequest[] = [];
    const { reckon } = await serve({
      async *solve(request) {
        requests.push(request);
        yield ended(1);
      },
    });
    const messages = [
      { role: "system", content: "be brief" },
      { role: "user", content: "2 + 2" },
    ] as const;
    const options = {
      method: "self-consistency",
      samples: 8,
      timeoutMs: 1500,
      seed: 2 ** 53 - 1,
      earlyStopping: false,
    } as const;
    await reckon.solve({ messages, answerKind: "tool-call" }, options).outcome();
    await reckon.solve("2 + 2").outcome();
    expect(requests[0]).toMatchObject({
      problem: {
        messages: [
          { role: 1, content: "be brief" },
          { role: 2, content: "2 + 2" },
        ],
        answerKind: 5,
      },
      options: {
        method: Method.SELF_CONSISTENCY,
        samples: 8,
        timeout: { seconds: 1n, nanos: 500_000_000 },
        seed: 9007199254740991n,
        earlyStopping: false,
      },
    });
    expect(requests[1]?.options).toMatchObject({ strategy: 0, method: 0, model: "" });
    expect(requests[1]?.options?.samples).toBeUndefined();
    expect(requests[1]?.options?.earlyStopping).toBeUndefined();
  });

  it("takes a stream without solve_ended for truncated", async () => {
    const { reckon } = await serve({
      async *solve() {
        yield started;
      },
    });
    const solve = reckon.solve("2 + 2");
    await expect(Array.fromAsync(solve)).rejects.toMatchObject({
      name: "ReckonError",
      code: "truncated",
      retryable: true,
    });
    await expect(solve.outcome()).rejects.toMatchObject({ code: "truncated" });
  });

  it("cancels the call when the consumer leaves early, or aborts", async () => {
    const { reckon, server } = await serve({
      async *solve() {
        yield started;
        for (let sequence = 2; ; sequence += 1) {
          yield delta(sequence);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
    });
    const left = reckon.solve("2 + 2");
    for await (const one of left) if (one.type === "thought-delta") break;
    await expect(left.outcome()).rejects.toMatchObject({ code: "cancelled" });

    const controller = new AbortController();
    const aborted = reckon.solve("2 + 2", { signal: controller.signal });
    const watch = async () => {
      for await (const one of aborted) if (one.type === "thought-delta") controller.abort();
    };
    await expect(watch()).rejects.toMatchObject({ code: "cancelled" });
    const stopped = reckon.solve("2 + 2");
    setTimeout(() => stopped.abort(), 20);
    await expect(stopped.outcome()).rejects.toMatchObject({ code: "cancelled" });
    await eventually(() => expect(server.liveHandlers()).toBe(0));
  });

  it("asks the server to stop by the solve's id, and takes its last answer", async () => {
    const cancelled = Promise.withResolvers<string>();
    const { reckon } = await serve({
      async *solve() {
        yield started;
        await cancelled.promise;
        yield ended(2);
      },
      cancel({ solveId }) {
        cancelled.resolve(solveId);
        return {};
      },
    });
    const solve = reckon.solve("2 + 2");
    const outcome = solve.outcome();
    await solve.cancel();
    expect(await cancelled.promise).toBe("s1");
    expect((await outcome).answer).toBe("4");
    await solve.cancel(); // Ended: nothing to do.
  });

  it("can be iterated once, before or after the outcome was asked for", async () => {
    const { reckon } = await serve({
      async *solve() {
        yield started;
        yield ended(2);
      },
    });
    const solve = reckon.solve("2 + 2");
    const outcome = solve.outcome();
    expect(await Array.fromAsync(solve)).toHaveLength(2);
    expect((await outcome).answer).toBe("4");
    expect(() => solve[Symbol.asyncIterator]()).toThrow(/once/);
  });

  it("gives failures their code, their fields and their delay", async () => {
    const failures = [
      invalidArgument([{ field: "options.samples", description: "0 is less than the limit of 1" }]),
      new CoreError("resource-exhausted", "too many solves", { retryAfterMs: 1500 }),
      new Error("secret"),
    ];
    const { reckon } = await serve({
      // biome-ignore lint/correctness/useYield: it only fails.
      async *solve() {
        throw failures.shift();
      },
    });
    const fail = () =>
      reckon
        .solve("q")
        .outcome()
        .catch((error: unknown) => error);
    expect(await fail()).toMatchObject({
      code: "invalid-argument",
      retryable: false,
      violations: [{ field: "options.samples", description: "0 is less than the limit of 1" }],
    });
    expect(await fail()).toMatchObject({ code: "resource-exhausted", retryable: true, retryAfterMs: 1500 });
    const bug = await fail();
    expect(bug).toBeInstanceOf(ReckonError);
    expect(bug).toMatchObject({ code: "internal" });
    expect((bug as Error).message).not.toContain("secret");
  });

  it("says that nobody listens", async () => {
    const { reckon, server } = await serve({});
    await server.drain({ timeoutMs: 0 });
    await expect(reckon.solve("q").outcome()).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });

  it("refuses words and numbers that the wire cannot carry", async () => {
    const { reckon } = await serve({});
    expect(() => reckon.solve("q", { strategy: "quick" as never })).toThrow(/unknown Strategy "quick"/);
    expect(() => reckon.solve("q", { samples: -1 })).toThrow(/samples is -1/);
    expect(() => reckon.solve("q", { seed: 0.5 })).toThrow(/seed is 0.5/);
    expect(() => createReckon({ url: "localhost:8080" })).toThrow(/is not an address/);
  });

  it("shows kinds that it does not know as unknown", async () => {
    const { reckon } = await serve({
      async *solve() {
        yield { event: create(SolveEventSchema, { sequence: 1n }) };
        yield ended(2);
      },
    });
    const events = await Array.fromAsync(reckon.solve("q"));
    expect(events.map(({ type }) => type)).toEqual(["unknown", "solve-ended"]);
  });
});

describe("solveBatch", () => {
  it("is complete only with batch_ended", async () => {
    const news = [
      { itemId: "a", news: { case: "itemEnded", value: { result: { case: "outcome", value: { answer: "4" } } } } },
      {
        itemId: "b",
        news: { case: "itemEnded", value: { result: { case: "failure", value: { code: 5, message: "gone" } } } },
      },
    ];
    const last = { news: { case: "batchEnded", value: { solved: 1, failed: 1, ledger: { answerTokens: 9n } } } };
    const scripts = [[...news, last], news];
    const { reckon } = await serve({
      async *solveBatch() {
        yield* (scripts.shift() ?? []) as never[];
      },
    });
    const items = [{ id: "a", problem: "2 + 2" }, { problem: "3 + 3" }];
    const batch = reckon.solveBatch(items, { maxParallel: 2 });
    const types = [];
    for await (const one of batch)
      types.push(one.type === "item-ended" ? [one.id, one.outcome?.answer, one.failure] : one.type);
    expect(types).toEqual([["a", "4", undefined], ["b", undefined, { status: 5, message: "gone" }], "batch-ended"]);
    expect(await batch.summary()).toMatchObject({ solved: 1, failed: 1, ledger: { answerTokens: 9 } });
    await expect(reckon.solveBatch(items).summary()).rejects.toMatchObject({ code: "truncated" });
  });
});
