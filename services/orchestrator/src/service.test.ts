import {
  type BatchEvent,
  createReckon,
  type Outcome,
  type Reckon,
  type ReckonError,
  type SolveEvent,
} from "@reckon/client";
import { type Backend, systemClock } from "@reckon/core";
import { defaultPlanningSettings } from "@reckon/planning";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { createRpcClient } from "@reckon/rpc";
import { createLogger } from "@reckon/telemetry";
import { createScriptedBackend, eventually, startTestServer, type TestServer } from "@reckon/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createOrchestratorService, type Orchestrator, type OrchestratorOptions } from "./service.ts";

const logger = createLogger({ level: "silent" });
const right = ["2 + 2 = 4", "\n", "Answer: ", "4"];
const wrong = ["2 + 2 = 5", "\n", "Answer: ", "5"];
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface House {
  readonly reckon: Reckon;
  readonly orchestrator: Orchestrator;
  readonly server: TestServer;
}

/** An orchestrator behind a real server, in front of a scripted backend and, where wanted, without a difficulty service. */
async function start(thinker: Backend, difficulty: Partial<OrchestratorOptions["difficulty"]> = {}): Promise<House> {
  const nowhere = createRpcClient(DifficultyService, { target: "127.0.0.1:1" });
  closers.push(() => nowhere.close());
  const orchestrator = createOrchestratorService({
    difficulty: { estimate: nowhere.estimate, recordOutcome: nowhere.recordOutcome, ...difficulty },
    thinker,
    verifier: undefined,
    settings: defaultPlanningSettings,
    clock: systemClock,
    logger,
  });
  const server = await startTestServer((router) => router.service(OrchestratorService, orchestrator.service));
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => orchestrator.close(),
  );
  return { reckon: createReckon({ url: server.url }), orchestrator, server };
}

const of = <T extends SolveEvent["type"]>(events: readonly SolveEvent[], type: T) =>
  events.filter((event): event is Extract<SolveEvent, { type: T }> => event.type === type);

describe("solve", () => {
  it("streams numbered events from solve_started to solve_ended, and votes", async () => {
    const thinker = createScriptedBackend({ tokens: (sample) => (sample === 2 ? wrong : right) });
    const { reckon } = await start(thinker);
    const options = { samples: 5, earlyStopping: false, difficulty: 0.4 };
    const events = await Array.fromAsync(reckon.solve("What is 2 + 2?", options));
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ type: "solve-started", plan: { samples: 5, model: "scripted" } });
    expect(events[0]).toMatchObject({ difficulty: { score: 0.4, overridden: true } });
    const { outcome } = of(events, "solve-ended")[0] ?? expect.unreachable();
    expect(events.at(-1)?.type).toBe("solve-ended");
    expect(outcome).toMatchObject({ answer: "4", stopReason: "exhausted", samplesStarted: 5, samplesVoted: 5 });
    expect(outcome.candidates.map(({ answer, samples }) => [answer, samples])).toEqual([
      ["4", 4],
      ["5", 1],
    ]);
    expect(outcome.degradations).toEqual([]);
    expect(
      of(events, "thought-delta")
        .filter(({ sample }) => sample === 0)
        .map(({ text }) => text)
        .join(""),
    ).toBe(right.join(""));
  });

  it("goes on without the difficulty service, visibly", async () => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    const events = await Array.fromAsync(reckon.solve("What is 2 + 2?", { samples: 2 }));
    expect(events[0]).toMatchObject({ type: "solve-started", difficulty: { score: 0.5, priorAlpha: 1, priorBeta: 1 } });
    expect(events[1]).toMatchObject({ type: "plan-changed", reason: "degraded" });
    const { outcome } = of(events, "solve-ended")[0] ?? expect.unreachable();
    expect(outcome.answer).toBe("4");
    expect(outcome.degradations[0]).toMatch(/difficulty service did not answer \(unavailable/);
  });

  it("leaves thoughts out where asked, without a gap in the numbers", async () => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    const events = await Array.fromAsync(reckon.solve("What is 2 + 2?", { samples: 2, omitThoughts: true }));
    expect(of(events, "thought-delta")).toEqual([]);
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  });

  it("does not wait for the outcome to be recorded, and records it", async () => {
    const recorded: unknown[] = [];
    const recordOutcome: OrchestratorOptions["difficulty"]["recordOutcome"] = (request) => {
      recorded.push(request);
      return new Promise(() => undefined);
    };
    const { reckon, server } = await start(createScriptedBackend({ tokens: () => right }), { recordOutcome });
    const outcome = await reckon.solve("What is 2 + 2?", { samples: 3, earlyStopping: false }).outcome();
    expect(outcome.answer).toBe("4");
    await eventually(() => {
      expect(server.liveHandlers()).toBe(0);
      expect(recorded).toMatchObject([{ votes: 3, votesForAnswer: 3, problem: { prompt: "What is 2 + 2?" } }]);
    });
    closers.splice(closers.length - 1); // The record never ends; its orchestrator would wait for it.
  });

  it("answers with the best so far a little before the deadline, whichever is sooner", async () => {
    const thinker = createScriptedBackend({ tokens: (sample) => (sample === 0 ? right : undefined) as string[] });
    const { reckon } = await start(thinker);
    const options = { samples: 4, earlyStopping: false, difficulty: 0.4 };
    const byTimeout = await reckon.solve("What is 2 + 2?", { ...options, timeoutMs: 1_500 }).outcome();
    expect(byTimeout).toMatchObject({ answer: "4", stopReason: "deadline" });
    const byDeadline = await reckon.solve("What is 2 + 2?", { ...options, deadlineMs: 1_500 }).outcome();
    expect(byDeadline).toMatchObject({ answer: "4", stopReason: "deadline" });
    await eventually(() => expect(thinker.liveSamples).toBe(0));
  });

  it("ends a solve by its id, with the best answer so far", async () => {
    const thinker = createScriptedBackend({ tokens: (sample) => (sample === 0 ? right : undefined) as string[] });
    const { reckon, orchestrator } = await start(thinker);
    const solve = reckon.solve("What is 2 + 2?", { samples: 4, earlyStopping: false });
    let outcome: Outcome | undefined;
    for await (const event of solve) {
      if (event.type === "confidence-changed") await reckon.cancel(solve.solveId ?? "");
      if (event.type === "solve-ended") outcome = event.outcome;
    }
    expect(outcome).toMatchObject({ answer: "4", stopReason: "cancelled", samplesCancelled: 3 });
    expect(outcome?.ledger.cancelledTokens).toBe(thinker.totals.cancelledTokens);
    expect(orchestrator.liveSolves()).toBe(0);
    await expect(reckon.cancel(solve.solveId ?? "")).rejects.toMatchObject({ code: "not-found" });
  });

  it("leaves nothing behind when its clients vanish", async () => {
    const thinker = createScriptedBackend();
    const { reckon, orchestrator, server } = await start(thinker);
    const vanish = async () => {
      for await (const event of reckon.solve("What is 2 + 2?", { samples: 8 }))
        if (event.type === "thought-delta") break;
    };
    await Promise.all(Array.from({ length: 20 }, vanish));
    await eventually(() => {
      expect(thinker.liveSamples).toBe(0);
      expect(thinker.openGenerations).toBe(0);
      expect(orchestrator.liveSolves()).toBe(0);
      expect(server.liveHandlers()).toBe(0);
    });
  });

  it("ends running solves with their best answers when it drains", async () => {
    const thinker = createScriptedBackend({ tokens: (sample) => (sample === 0 ? right : undefined) as string[] });
    const { reckon, orchestrator } = await start(thinker);
    const solve = reckon.solve("What is 2 + 2?", { samples: 4, earlyStopping: false });
    let outcome: Outcome | undefined;
    for await (const event of solve) {
      if (event.type === "confidence-changed") orchestrator.drain(10);
      if (event.type === "solve-ended") outcome = event.outcome;
    }
    expect(outcome).toMatchObject({ answer: "4", stopReason: "draining" });
  });

  it.each([
    ["samples", { samples: 0 }, "options.samples"],
    ["samples", { samples: 1_000_000_000 }, "options.samples"],
    ["temperature", { temperature: 3 }, "options.temperature"],
    ["timeout", { timeoutMs: -1 }, "options.timeout"],
  ])("refuses a wrong value of %s", async (_, options, field) => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    const failure = await reckon
      .solve("2 + 2", options)
      .outcome()
      .catch((error: ReckonError) => error);
    expect(failure).toMatchObject({ code: "invalid-argument", violations: [{ field }] });
  });

  it("says by name what it does not have", async () => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    await expect(reckon.solve("2 + 2", { model: "gone" }).outcome()).rejects.toMatchObject({ code: "not-found" });
    await expect(reckon.solve("2 + 2", { method: "beam" }).outcome()).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("beam"),
    });
  });
});

describe("solveBatch", () => {
  const problems = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: `p${i}`, problem: `What is ${i} + 2?` }));
  const ended = (events: readonly BatchEvent[]) => events.filter((event) => event.type === "item-ended");

  it("solves all problems, a few at once, and adds up what they spent", async () => {
    const thinker = createScriptedBackend({ tokens: () => right });
    const { reckon } = await start(thinker);
    const batch = reckon.solveBatch(problems(7), { samples: 2, earlyStopping: false, maxParallel: 3, difficulty: 0.4 });
    const events = await Array.fromAsync(batch);
    expect(
      ended(events)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(problems(7).map(({ id }) => id));
    expect(await batch.summary()).toMatchObject({
      solved: 7,
      failed: 0,
      ledger: { calls: 14, answerTokens: 7 * 2 * 4 },
    });
    expect(events.some((event) => event.type === "item-event")).toBe(false);
  });

  it("goes on when one problem fails", async () => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    const items = problems(3).map((item, i) => (i === 1 ? { ...item, options: { model: "gone" } } : item));
    const batch = reckon.solveBatch(items, { samples: 1, difficulty: 0.4 });
    const failed = ended(await Array.fromAsync(batch)).filter(({ failure }) => failure !== undefined);
    expect(failed).toMatchObject([{ id: "p1", failure: { status: 5, message: expect.stringContaining("gone") } }]);
    expect(await batch.summary()).toMatchObject({ solved: 2, failed: 1 });
  });

  it("keeps to one ledger", async () => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    const batch = reckon.solveBatch(problems(6), {
      samples: 4,
      maxParallel: 2,
      maxOutputTokens: 40,
      earlyStopping: false,
      difficulty: 0.4,
    });
    const events = await Array.fromAsync(batch);
    const { ledger } = await batch.summary();
    expect(ledger.maxOutputTokens).toBe(40);
    expect(ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens).toBeLessThanOrEqual(40);
    const reasons = ended(events).map(({ outcome }) => outcome?.stopReason);
    expect(reasons).toHaveLength(6);
    expect(reasons).toContain("budget");
  });

  it("streams the events of each problem where asked", async () => {
    const { reckon } = await start(createScriptedBackend({ tokens: () => right }));
    const events = await Array.fromAsync(
      reckon.solveBatch(problems(2), { samples: 1, streamEvents: true, difficulty: 0.4 }),
    );
    for (const { id } of problems(2)) {
      const own = events.flatMap((event) => (event.type === "item-event" && event.id === id ? [event.event] : []));
      expect(own.at(0)?.type).toBe("solve-started");
      expect(own.at(-1)?.type).toBe("solve-ended");
      expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, index) => index + 1));
    }
  });

  it("cancels what runs when its client leaves", async () => {
    const thinker = createScriptedBackend();
    const { reckon, orchestrator } = await start(thinker);
    for await (const _ of reckon.solveBatch(problems(10), { samples: 4, streamEvents: true, difficulty: 0.4 })) break;
    await eventually(() => {
      expect(orchestrator.liveSolves()).toBe(0);
      expect(thinker.liveSamples).toBe(0);
    });
  });
});
