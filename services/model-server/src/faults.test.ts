import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModelServer, type ModelServer } from "./create-model-server.ts";
import { type FaultKind, type FaultPlanInput, faultKinds, parseFaultPlan } from "./faults/fault-plan.ts";
import { createFaultSchedule } from "./faults/fault-schedule.ts";

type Rule = NonNullable<FaultPlanInput["faults"]>[number];
let server: ModelServer;
let openai: OpenAI;
beforeAll(async () => {
  server = await createModelServer({ stub: { tokensPerSecond: 500, firstTokenMs: 5 } });
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => server.close());

/** The next request has this fault, those after it have none. */
const nextHas = (fault: Omit<Rule, "rate" | "requests">) => server.setFaults({ faults: [{ ...fault, requests: [0] }] });

interface Seen {
  text: string;
  finish: string | undefined;
  usage: OpenAI.CompletionUsage | undefined;
  logprobs: unknown[];
  error: unknown;
}

async function ask(more: object = {}, id = "r", signal?: AbortSignal): Promise<Seen> {
  const seen: Seen = { text: "", finish: undefined, usage: undefined, logprobs: [], error: undefined };
  try {
    const stream = await openai.chat.completions.create(
      {
        model: "reckon-stub-1",
        messages: [{ role: "user", content: "What is 17 * 23?" }],
        stream: true,
        stream_options: { include_usage: true },
        ...more,
      },
      { headers: { "x-request-id": id }, ...(signal && { signal }) },
    );
    for await (const { choices, usage } of stream) {
      seen.text += choices[0]?.delta?.content ?? "";
      seen.finish = choices[0]?.finish_reason ?? seen.finish;
      seen.usage = usage ?? seen.usage;
      seen.logprobs.push(...(choices[0]?.logprobs?.content ?? []).map(({ logprob }) => logprob));
    }
  } catch (error) {
    seen.error = error;
  }
  return seen;
}

/** Aborts once the server has shown the fault once more. */
function onceShown(kind: FaultKind): AbortSignal {
  const before = server.counts().faults[kind] ?? 0;
  const controller = new AbortController();
  const timer = setInterval(() => {
    if ((server.counts().faults[kind] ?? 0) === before) return;
    clearInterval(timer);
    controller.abort();
  }, 5);
  return controller.signal;
}

const usageOf = async (id: string) => (await openai.chat.completions.retrieve(`chatcmpl-${id}`)).usage;

describe("faults", () => {
  it("429 with Retry-After, and without", async () => {
    nextHas({ kind: "rate-limited", retry_after_ms: 1500 });
    const told = (await ask()).error as InstanceType<typeof OpenAI.RateLimitError>;
    expect(told).toBeInstanceOf(OpenAI.RateLimitError);
    expect(told.headers.get("retry-after")).toBe("2");
    expect(told.headers.get("retry-after-ms")).toBe("1500");
    nextHas({ kind: "rate-limited" });
    const untold = (await ask()).error as InstanceType<typeof OpenAI.RateLimitError>;
    expect(untold.headers.get("retry-after")).toBeNull();
  });

  it.each([
    ["server-error", 500],
    ["unavailable", 503],
  ] as const)("%s answers %d, and the next request is served", async (kind, status) => {
    nextHas({ kind });
    expect((await ask()).error).toMatchObject({ status });
    expect((await ask()).finish).toBe("stop");
  });

  it("slow-first-byte sends nothing until then, and generates nothing for a client that gives up", async () => {
    nextHas({ kind: "slow-first-byte", delay_ms: 40 });
    expect((await ask()).finish).toBe("stop");
    nextHas({ kind: "slow-first-byte" });
    const before = server.counts();
    await ask({}, "slow", onceShown("slow-first-byte"));
    expect((await usageOf("slow"))?.completion_tokens).toBe(0);
    expect(server.counts().generatedTokens).toBe(before.generatedTokens);
  });

  it("stall writes nothing more, until it ends or the client gives up", async () => {
    nextHas({ kind: "stall", after_tokens: 3, delay_ms: 40 });
    const waited = await ask();
    expect(waited.finish).toBe("stop");
    expect(waited.text).toMatch(/Answer: 391$/);
    nextHas({ kind: "stall", after_tokens: 3 });
    const given = await ask({}, "stalled", onceShown("stall"));
    expect(given.finish).toBeUndefined();
    expect((await usageOf("stalled"))?.completion_tokens).toBeGreaterThanOrEqual(3);
  });

  it("reset cuts the connection, and what was generated until then is counted", async () => {
    nextHas({ kind: "reset", after_tokens: 3 });
    const before = server.counts();
    const { error, finish } = await ask({}, "reset");
    expect(error).toBeInstanceOf(Error);
    expect(finish).toBeUndefined();
    const usage = await usageOf("reset");
    expect(usage?.completion_tokens).toBeGreaterThanOrEqual(3);
    expect(usage?.completion_tokens).toBe(server.counts().generatedTokens - before.generatedTokens);
  });

  it("truncated ends the stream as if all were well, without a finish reason", async () => {
    nextHas({ kind: "truncated", after_tokens: 3 });
    const { error, finish, usage, text } = await ask({}, "truncated");
    expect({ error, finish, usage }).toEqual({ error: undefined, finish: undefined, usage: undefined });
    expect(text).not.toBe("");
    expect(server.counts().faults.truncated).toBe(1);
  });

  it("malformed puts broken JSON, wrong types or a page of HTML in the stream", async () => {
    nextHas({ kind: "malformed", form: "json", after_tokens: 3 });
    expect((await ask()).error).toBeInstanceOf(SyntaxError);
    nextHas({ kind: "malformed", form: "html", after_tokens: 3 });
    expect((await ask()).finish).toBeUndefined();
    nextHas({ kind: "malformed", form: "types", after_tokens: 3 });
    await ask();
    expect(server.counts().faults.malformed).toBe(3);
  });

  it("wrong-usage states what is not so, while the record keeps the truth", async () => {
    const { usage: right } = await ask();
    for (const [form, completion] of [
      ["missing", undefined],
      ["zero", 0],
      ["negative", -1 - (right?.completion_tokens ?? 0)],
      ["double", 2 * (right?.completion_tokens ?? 0)],
    ] as const) {
      nextHas({ kind: "wrong-usage", form });
      expect((await ask({}, `wrong-${form}`)).usage?.completion_tokens).toBe(completion);
      expect((await usageOf(`wrong-${form}`))?.completion_tokens).toBe(right?.completion_tokens);
    }
  });

  it("nan-logprobs sends null, or the word that JSON does not have", async () => {
    nextHas({ kind: "nan-logprobs", form: "null" });
    expect((await ask({ logprobs: true })).logprobs).toContain(null);
    nextHas({ kind: "nan-logprobs", form: "literal" });
    expect((await ask({ logprobs: true })).error).toBeInstanceOf(SyntaxError);
  });

  it("shows in answers of one piece too", async () => {
    const create = () =>
      openai.chat.completions.create({ model: "", messages: [{ role: "user", content: "What is 17 * 23?" }] });
    for (const kind of ["reset", "truncated", "malformed"] as const) {
      nextHas({ kind });
      await expect(create()).rejects.toThrow();
    }
    nextHas({ kind: "wrong-usage", form: "missing" });
    expect((await create()).usage).toBeUndefined();
  });
});

describe("a client that leaves at once", () => {
  it("has nothing computed for it, and a record that says so", async () => {
    const before = server.counts();
    const body = JSON.stringify({ messages: [{ role: "user", content: "What is 17 * 23?" }], stream: true });
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-request-id: left\r\ncontent-length: ${body.length}`;
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`${head}\r\n\r\n${body}`, () => socket.destroy());
    await once(socket, "close");
    expect((await usageOf("left"))?.completion_tokens).toBe(0);
    expect(server.counts().generatedTokens).toBe(before.generatedTokens);
  });
});

describe("fault schedule", () => {
  it("is the same for the same seed, and another for another", () => {
    const kinds = (seed: number) => {
      const faults = faultKinds.map((kind) => ({ kind, rate: 0.1 }));
      const schedule = createFaultSchedule(parseFaultPlan({ seed, faults }));
      return Array.from({ length: 200 }, () => schedule.next("chat")?.kind);
    };
    expect(kinds(1)).toEqual(kinds(1));
    expect(kinds(1)).not.toEqual(kinds(2));
  });

  it("meets the rates, and draws within the ranges", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (seed, rate) => {
        const plan = parseFaultPlan({ seed, faults: [{ kind: "reset", rate, after_tokens: [2, 5] }] });
        const schedule = createFaultSchedule(plan);
        const drawn = Array.from({ length: 2_000 }, () => schedule.next("chat")).filter((fault) => fault !== undefined);
        // Six standard deviations.
        expect(Math.abs(drawn.length / 2_000 - rate)).toBeLessThan(6 * Math.sqrt((rate * (1 - rate)) / 2_000));
        expect(drawn.every(({ afterTokens }) => afterTokens >= 2 && afterTokens <= 5)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [{ faults: [{ kind: "melt", rate: 1 }] }, /faults\.0\.kind/],
    [{ faults: [{ kind: "reset" }] }, /faults\.0\.rate is missing/],
    [{ faults: [{ kind: "reset", rate: 0.1, delay_ms: 5 }] }, /delay_ms is not for reset/],
    [{ faults: [{ kind: "malformed", rate: 0.1, form: "xml" }] }, /form is "xml"; malformed has json, types, html/],
    [
      {
        faults: [
          { kind: "stall", rate: 0.6 },
          { kind: "reset", rate: 0.6 },
        ],
      },
      /add up to 1\.2/,
    ],
    [{ faults: [{ kind: "stall", rate: 0.6, endpoint: "pooling" }] }, /not a fault of pooling/],
    [{ fault: [] }, /fault/],
  ])("refuses %j", (plan, message) => {
    expect(() => parseFaultPlan(plan)).toThrow(message);
  });
});
