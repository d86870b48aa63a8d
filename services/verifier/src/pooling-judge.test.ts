import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createPoolingPrm, type PoolingPrmOptions } from "@reckon/backends";
import { problemFromPrompt, type ScoringEvent } from "@reckon/core";
import { afterEach, describe, expect, it } from "vitest";
import { createVerifier } from "./create-verifier.ts";
import { createPoolingJudge } from "./pooling-judge.ts";

interface Asked {
  readonly path: string;
  readonly question: string;
  readonly steps: readonly string[];
  readonly complete: boolean;
}
type Reply = (
  asked: Asked,
  at: number,
) => { status?: number; body: unknown } | Promise<{ status?: number; body: unknown }>;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const rows = (...scores: number[]) => ({
  data: [{ index: 0, object: "pooling", data: scores.map((score) => [1 - score, score]) }],
  usage: { prompt_tokens: 100, total_tokens: 100 },
});
/** As many rows as steps, 0.9 each but 0.1 for a step that says "wrong". */
const honest: Reply = ({ steps }) => ({ body: rows(...steps.map((step) => (step.includes("wrong") ? 0.1 : 0.9))) });

/** A verifier over a server that answers `/pooling` as a test wants. */
async function serve(reply: Reply, options: Partial<PoolingPrmOptions> = {}) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { messages, continue_final_message: goesOn } = JSON.parse(Buffer.concat(chunks).toString());
    const steps = messages.at(-1).content.split("<extra_0>").slice(0, -1);
    const one = { path: request.url ?? "", question: messages.at(-2).content, steps, complete: !goesOn };
    asked.push(one);
    const { status = 200, body } = await reply(one, asked.length - 1);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { asked, verifier: createVerifier([createPoolingJudge(createPoolingPrm({ url, env: {}, ...options }))]) };
}

const problem = problemFromPrompt("Which colour is the sky <extra_0>?");

async function scoreAll(
  verifier: ReturnType<typeof createVerifier>,
  steps: readonly string[],
): Promise<ScoringEvent[]> {
  const scoring = await verifier.open(problem);
  steps.forEach((text, i) => {
    scoring.step(0, i, text, i === steps.length - 1);
  });
  scoring.answer(0, "blue");
  scoring.finish();
  return Array.fromAsync(scoring.events);
}

const saidOf = (events: readonly ScoringEvent[]) =>
  events.map(({ verdicts: [verdict] }) => (verdict && "score" in verdict ? verdict.score : verdict?.abstention));

describe("a process reward model behind /pooling", () => {
  it("scores steps and the answer, and shares requests between steps that come at once", async () => {
    const { verifier, asked } = await serve(honest);
    const events = await scoreAll(verifier, ["one", "two is wrong", "three"]);
    expect(saidOf(events)).toEqual([0.9, 0.1, 0.9, 0.1]);
    expect(asked.map(({ steps }) => steps.length)).toEqual([1, 3]);
    expect(asked[1]).toMatchObject({ path: "/pooling", question: "Which colour is the sky  ?", complete: true });
    expect(events.reduce((sum, event) => sum + event.verifierTokens, 0)).toBe(200);
  });

  it.each([
    ["too few rows", rows(0.9, 0.9), /2 rows for 3 steps/],
    ["too many rows", rows(0.9, 0.9, 0.9, 0.9), /4 rows for 3 steps/],
    ["logits in place of probabilities", rows(0.9, 7.5, 0.9), /neither a probability/],
    ["no rows", { data: [] }, /without rows/],
    ["base64", { data: [{ data: "AAAA" }] }, /without rows/],
  ])("abstains on %s", async (_, body, reason) => {
    const { verifier } = await serve(({ steps }) => ({ body: steps.length === 3 ? body : rows(0.9) }));
    const said = saidOf(await scoreAll(verifier, ["one", "two", "three"]));
    expect(said[0]).toBe(0.9);
    for (const abstention of said.slice(1)) expect(abstention).toMatch(reason);
  });

  it("reads rows of one number", async () => {
    const { verifier } = await serve(({ steps }) => ({ body: { data: [{ data: steps.map(() => 0.5) }] } }));
    expect(saidOf(await scoreAll(verifier, ["one"]))).toEqual([0.5, 0.5]);
  });

  it("gets over a failure: a later request scores the step that had none", async () => {
    const { verifier, asked } = await serve((one, at) =>
      at === 0 ? { status: 400, body: { error: { message: "bad luck" } } } : honest(one, at),
    );
    const said = saidOf(await scoreAll(verifier, ["one", "two"]));
    expect(said).toEqual([expect.stringContaining("bad luck"), 0.9, 0.9]);
    expect(asked).toHaveLength(2);
  });

  it("abstains from the answer where a step stays without a score", async () => {
    const { verifier } = await serve(() => ({ status: 400, body: { error: { message: "no" } } }));
    const said = saidOf(await scoreAll(verifier, ["one"]));
    expect(said[1]).toMatch(/^step 0 could not be scored: backend prm answered 400: no/);
  });

  it("leaves the oldest steps out where the context is too short", async () => {
    const { verifier, asked } = await serve(
      (one, at) =>
        one.steps.join("").length > 400
          ? { status: 400, body: { error: { message: "the maximum context length is 128 tokens" } } }
          : honest(one, at),
      { contextLength: 4_096 },
    );
    const steps = Array.from({ length: 20 }, (_, i) => `step ${i} `.padEnd(50, "x"));
    const scoring = await verifier.open(problem);
    steps.forEach((text, i) => {
      scoring.step(0, i, text, false);
    });
    scoring.finish();
    await Array.fromAsync(scoring.events);
    const last = asked.at(-1)?.steps ?? [];
    expect(last.at(-1)).toBe(steps[19]);
    expect(last.length).toBeLessThan(8);
    expect(last.length).toBeGreaterThan(1);
  });

  it("gives up in time", async () => {
    const { verifier } = await serve(() => new Promise(() => undefined), { timeoutMs: 100 });
    expect(saidOf(await scoreAll(verifier, ["one"]))[0]).toMatch(/did not answer within 0.1 seconds/);
  });

  it("says what was read for a sample that was dropped meanwhile, and no more", async () => {
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const { verifier, asked } = await serve(async (one, at) => {
      await gate;
      return honest(one, at);
    });
    const scoring = await verifier.open(problem);
    scoring.step(0, 0, "one", false);
    scoring.answer(0, "blue");
    await expect.poll(() => asked.length).toBe(1);
    scoring.drop(0);
    scoring.step(0, 1, "two", false);
    scoring.finish();
    openGate();
    expect(await Array.fromAsync(scoring.events)).toEqual([
      { type: "step-verdicts", sample: 0, step: 0, verdicts: [], verifierTokens: 100 },
      { type: "answer-verdicts", sample: 0, verdicts: [], verifierTokens: 0 },
    ]);
    expect(asked).toHaveLength(1);
  });
});
