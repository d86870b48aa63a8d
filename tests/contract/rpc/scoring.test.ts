import { AsyncQueue, problemFromPrompt, type ScoringEvent, type Verifier } from "@reckon/core";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { createRpcClient, createVerifierClient, serveScoring } from "@reckon/rpc";
import { eventually, expectNoLiveHandlers, startTestServer } from "@reckon/testing";
import { describe, expect, it } from "vitest";

const problem = problemFromPrompt("What is 2 + 3?");

/** A verifier that gives a step the score of its length, and never scores what it is told to keep. */
function lengthVerifier(keep: (text: string) => boolean = () => false) {
  const open = new Set<object>();
  const dropped: number[] = [];
  const verifier: Verifier = {
    names: ["checker"],
    async open() {
      const self = {};
      open.add(self);
      let waiting = 0;
      let finished = false;
      const close = () => {
        open.delete(self);
        events.end();
      };
      const events = new AsyncQueue<ScoringEvent>(close);
      const say = (text: string, event: ScoringEvent) => {
        waiting += 1;
        if (keep(text)) return;
        setImmediate(() => {
          waiting -= 1;
          events.push(event);
          if (finished && waiting === 0) events.end();
        });
      };
      const verdicts = (text: string) => [{ verifier: "checker", score: Math.min(1, text.length / 10) } as const];
      return {
        events,
        step: (sample, step, text) =>
          say(text, { type: "step-verdicts", sample, step, verdicts: verdicts(text), verifierTokens: text.length }),
        answer: (sample, text) =>
          say(text, { type: "answer-verdicts", sample, verdicts: verdicts(text), verifierTokens: 0 }),
        drop: (sample) => void dropped.push(sample),
        finish() {
          finished = true;
          if (waiting === 0) events.end();
        },
        close,
      };
    },
  };
  return { verifier, dropped, open };
}

async function start(keep?: (text: string) => boolean) {
  const local = lengthVerifier(keep);
  const server = await startTestServer((router) => void router.service(VerifierService, serveScoring(local.verifier)));
  const remote = createVerifierClient(server.url, { names: ["checker"] });
  return {
    ...local,
    server,
    remote,
    async [Symbol.asyncDispose]() {
      await remote.close();
      await server.drain({ timeoutMs: 0 });
    },
  };
}

describe("scoring over the wire", () => {
  it("answers every step and every answer once", async () => {
    await using world = await start();
    const scoring = await world.remote.open(problem);
    scoring.step(0, 0, "2 + 3", false);
    scoring.step(1, 0, "2", false);
    scoring.step(0, 1, "= 5", true);
    scoring.answer(0, "5");
    scoring.finish();
    const events = await Array.fromAsync(scoring.events);
    expect(events).toHaveLength(4);
    expect(events).toContainEqual({
      type: "step-verdicts",
      sample: 1,
      step: 0,
      verdicts: [{ verifier: "checker", score: 0.1 }],
      verifierTokens: 1,
    });
    await expectNoLiveHandlers(world.server);
  });

  it("takes back what a dropped sample still waits for", async () => {
    await using world = await start((text) => text === "never");
    const scoring = await world.remote.open(problem);
    scoring.step(0, 0, "never", false);
    scoring.step(1, 0, "quick", false);
    scoring.drop(0);
    const events = scoring.events[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { sample: 1 } });
    await eventually(() => expect(world.dropped).toEqual([0]));
    scoring.finish();
    expect(await events.next()).toMatchObject({ done: true });
    await expectNoLiveHandlers(world.server);
  });

  it("brings verdicts while more steps are sent", async () => {
    await using world = await start();
    const scoring = await world.remote.open(problem);
    scoring.step(0, 0, "one", false);
    const scores: number[] = [];
    for await (const event of scoring.events) {
      if (event.type === "step-verdicts") scores.push(event.step);
      if (scores.length < 5) scoring.step(0, scores.length, "more", false);
      else scoring.finish();
    }
    expect(scores).toEqual([0, 1, 2, 3, 4]);
  });

  it("abstains, saying why, from what a lost service has not answered, then throws why", async () => {
    const world = await start((text) => text === "never");
    const scoring = await world.remote.open(problem);
    scoring.step(0, 0, "never", false);
    scoring.step(1, 0, "quick", false);
    const events: ScoringEvent[] = [];
    const read = async () => {
      for await (const event of scoring.events) {
        events.push(event);
        if (events.length === 1) void world.server.drain({ timeoutMs: 0 });
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "unavailable" });
    expect(events).toMatchObject([
      { type: "step-verdicts", sample: 1, verdicts: [{ score: 0.5 }] },
      {
        type: "step-verdicts",
        sample: 0,
        verdicts: [{ verifier: "checker", abstention: expect.stringMatching(/failed/) }],
      },
    ]);
    await world.remote.close();
  });

  it("is freed when its consumer leaves", async () => {
    await using world = await start();
    const scoring = await world.remote.open(problem);
    scoring.step(0, 0, "one", false);
    for await (const _ of scoring.events) break;
    await eventually(() => expect(world.open.size).toBe(0));
    await expectNoLiveHandlers(world.server);
  });

  it.each([
    ["a step too long", { step: { sample: 0, step: 0, text: "x".repeat(70_000) } }, "step.text"],
    ["a step out of range", { step: { sample: 0, step: 5_000, text: "x" } }, "step.step"],
    ["an answer with a NUL", { answer: { sample: 0, answer: "a\0b" } }, "answer.answer"],
    ["a sample out of range", { drop: { sample: 65_536 } }, "drop.sample"],
  ])("refuses %s", async (_name, message, field) => {
    await using world = await start();
    const client = createRpcClient(VerifierService, { target: world.server.url });
    const [name, value] = Object.entries(message)[0] as [string, object];
    async function* requests() {
      yield { request: { case: "open", value: { problem: { prompt: "2+3" } } } } as never;
      yield { request: { case: name, value } } as never;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await expect(Array.fromAsync(client.score(requests()))).rejects.toMatchObject({
      code: "invalid-argument",
      violations: [{ field }],
    });
    await eventually(() => expect(world.open.size).toBe(0));
    client.close();
  });

  it("refuses verifiers that do not exist", async () => {
    await using world = await start();
    const client = createRpcClient(VerifierService, { target: world.server.url });
    async function* requests() {
      yield { request: { case: "open", value: { problem: { prompt: "2+3" }, verifiers: ["oracle"] } } } as never;
    }
    await expect(Array.fromAsync(client.score(requests()))).rejects.toMatchObject({
      violations: [{ field: "open.verifiers[0]", description: expect.stringContaining("oracle") }],
    });
    client.close();
  });
});
