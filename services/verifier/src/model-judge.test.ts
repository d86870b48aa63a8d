import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadConfig } from "@reckon/config";
import { problemFromPrompt, type ScoringEvent } from "@reckon/core";
import { afterEach, describe, expect, it } from "vitest";
import { createConfiguredJudges } from "./configured-judges.ts";
import { createVerifier } from "./create-verifier.ts";
import type { StepJudge } from "./step-judge.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** What a judge says to its n-th request: a text, a status, or nothing at all. */
type Reply = (at: number) => string | number | undefined;

/** The verifier of a configuration whose judge is a model at a server that answers as a test wants. */
async function serve(reply: Reply, keys: Record<string, unknown> = {}) {
  const bodies: { messages: { content: string }[]; max_tokens: number; temperature: number }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    const said = reply(bodies.length - 1);
    if (typeof said === "number") return void response.writeHead(said).end();
    response.setHeader("content-type", "text/event-stream");
    const send = (event: unknown) => response.write(`data: ${JSON.stringify(event)}\n\n`);
    send({ choices: [{ index: 0, delta: { content: said ?? "Let me think" } }] });
    if (said === undefined) return;
    send({ choices: [{ index: 0, delta: {}, finish_reason: said.endsWith("cut") ? "length" : "stop" }] });
    send({ choices: [], usage: { prompt_tokens: 200, completion_tokens: 20 } });
    response.end("data: [DONE]\n\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const flags = {
    backends: { big: { url, model: "big", probe: false } },
    verifier: { verifiers: "judge", judge_backend: "big", ...keys },
  };
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags });
  const { judge, close } = createConfiguredJudges(config, () => undefined, {});
  cleanups.push(close, async () => server.close().closeAllConnections());
  return { bodies, verifier: createVerifier([judge as StepJudge]) };
}

async function judgeOne(verifier: ReturnType<typeof createVerifier>): Promise<ScoringEvent | undefined> {
  const scoring = await verifier.open(problemFromPrompt("What is 2 + 2?"));
  scoring.step(0, 0, "2 + 2 = 4", true);
  scoring.answer(0, "4");
  scoring.finish();
  const [step, answer] = await Array.fromAsync(scoring.events);
  expect(step?.verdicts).toEqual([{ verifier: "judge", abstention: expect.stringContaining("whole samples") }]);
  expect(step?.verifierTokens).toBe(0);
  return answer;
}

describe("a model as judge", () => {
  it("grades a whole sample, with its tokens and their price", async () => {
    const keys = { judge_price_prompt: 1, judge_price_output: 10 };
    const { verifier, bodies } = await serve(() => "The sum is right.\nScore: 9", keys);
    const answer = await judgeOne(verifier);
    expect(answer).toMatchObject({ verdicts: [{ verifier: "judge", score: 0.9 }], verifierTokens: 220 });
    expect(answer?.costUsd).toBeCloseTo((200 * 1 + 20 * 10) / 1e6, 12);
    expect(bodies[0]).toMatchObject({ temperature: 0, max_tokens: 1_024 });
    expect(bodies[0]?.messages[1]?.content).toContain("2 + 2 = 4");
  });

  it("abstains where there is no grade, and pays for it all the same", async () => {
    const { verifier, bodies } = await serve(() => "It is rather good, I would say 9 of 10.");
    const answer = await judgeOne(verifier);
    expect(answer?.verdicts).toEqual([{ verifier: "judge", abstention: expect.stringContaining("without a grade") }]);
    expect(answer?.verifierTokens).toBe(220);
    expect(answer).not.toHaveProperty("costUsd");
    expect(bodies).toHaveLength(1);
  });

  it("abstains where it was cut off", async () => {
    const { verifier } = await serve(() => "Score: 9 cut", { judge_max_tokens: 20 });
    expect((await judgeOne(verifier))?.verdicts).toEqual([
      { verifier: "judge", abstention: "the judge was cut off at 20 tokens" },
    ]);
  });

  it("tries again what passes", async () => {
    const { verifier, bodies } = await serve((at) => (at === 0 ? 503 : "Score: 2"));
    expect((await judgeOne(verifier))?.verdicts).toEqual([{ verifier: "judge", score: 0.2 }]);
    expect(bodies).toHaveLength(2);
  });

  it("abstains where the endpoint refuses, and where it does not answer in time", async () => {
    const refusing = await serve(() => 400);
    expect((await judgeOne(refusing.verifier))?.verdicts).toMatchObject([{ abstention: /answered 400/ }]);
    expect(refusing.bodies).toHaveLength(1);
    const silent = await serve(() => undefined, { judge_timeout: 0.5 });
    expect((await judgeOne(silent.verifier))?.verdicts).toEqual([
      { verifier: "judge", abstention: "the judge did not answer within 0.5 seconds" },
    ]);
  });

  it("stops when the sample is dropped, and says what was spent until then", async () => {
    const { verifier, bodies } = await serve(() => undefined);
    const scoring = await verifier.open(problemFromPrompt("What is 2 + 2?"));
    scoring.answer(0, "4");
    await expect.poll(() => bodies.length).toBe(1);
    // The first token is on its way.
    await new Promise((resolve) => setTimeout(resolve, 100));
    scoring.drop(0);
    scoring.finish();
    const [answer] = await Array.fromAsync(scoring.events);
    expect(answer?.verdicts).toEqual([]);
    expect(answer?.verifierTokens).toBeGreaterThan(0);
  });

  it("needs a backend that can judge", () => {
    const load = (flags: Record<string, unknown>) => () => loadConfig({ env: {}, folder: "/nonexistent", flags });
    expect(load({ verifier: { verifiers: "prm,judge" } })).toThrow(/verifier.judge_backend: is missing/);
    expect(load({ verifier: { judge_backend: "none" } })).toThrow(/there is no such backend/);
    const backends = { inside: { kind: "embedded" } };
    expect(load({ backends, verifier: { judge_backend: "inside" } })).toThrow(/the embedded model cannot judge/);
  });
});
