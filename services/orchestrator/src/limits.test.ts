import { createReckon, type Reckon, type ReckonError, type SolveOptions } from "@reckon/client";
import { type Backend, type GenerateOptions, systemClock } from "@reckon/core";
import { defaultPlanningSettings } from "@reckon/planning";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { createRpcClient } from "@reckon/rpc";
import { createLogger } from "@reckon/telemetry";
import { createScriptedBackend, eventually, startTestServer } from "@reckon/testing";
import { afterEach, describe, expect, it } from "vitest";
import { noSolveLimits } from "./ledger/solve-caps.ts";
import { noStrategyCaps } from "./ledger/strategy-caps.ts";
import { createOrchestratorService, type OrchestratorOptions } from "./service.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const question = "What is 2 + 2?";
/** Every sample has another answer, so that no rule stops early. */
const differing = (sample: number) => [`2 + 2 = ${sample}`, "\n", "Answer: ", `${sample}`];
const many = { samples: 8, earlyStopping: false, difficulty: 0.4 } as const;

async function start(thinker: Backend, options: Partial<OrchestratorOptions> = {}): Promise<Reckon> {
  const nowhere = createRpcClient(DifficultyService, { target: "127.0.0.1:1" });
  closers.push(() => nowhere.close());
  const orchestrator = createOrchestratorService({
    difficulty: { estimate: nowhere.estimate, recordOutcome: async () => ({}) as never },
    ...{ thinker, verifier: undefined, settings: defaultPlanningSettings, clock: systemClock },
    logger: createLogger({ level: "silent" }),
    ...options,
  });
  const server = await startTestServer((router) => router.service(OrchestratorService, orchestrator.service));
  closers.push(
    () => server[Symbol.asyncDispose](),
    () => orchestrator.close(),
  );
  return createReckon({ url: server.url });
}

describe("limits of a request", () => {
  it("end it with the best answer so far, by calls and by all tokens", async () => {
    const reckon = await start(createScriptedBackend({ tokens: differing }));
    const byCalls = await reckon.solve(question, { ...many, maxCalls: 3 }).outcome();
    expect(byCalls).toMatchObject({ stopReason: "budget", samplesStarted: 3, ledger: { calls: 3 } });
    expect(byCalls.answer).toBeDefined();
    const { ledger, stopReason } = await reckon.solve(question, { ...many, maxTotalTokens: 180 }).outcome();
    expect(stopReason).toBe("budget");
    expect(ledger.promptTokens + ledger.answerTokens + ledger.cancelledTokens).toBeLessThanOrEqual(180);
  });

  it("are those of its strategy where the request sets none or higher ones", async () => {
    const limits = { ...noSolveLimits, strategyCaps: { ...noStrategyCaps, comprehensive: { maxCalls: 2 } } };
    const reckon = await start(createScriptedBackend({ tokens: differing }), { limits });
    const solve = { ...many, strategy: "comprehensive", maxCalls: 5 } as const;
    expect(await reckon.solve(question, solve).outcome()).toMatchObject({ stopReason: "budget", samplesStarted: 2 });
    const other = { ...solve, strategy: "balanced" } as const;
    expect(await reckon.solve(question, other).outcome()).toMatchObject({ samplesStarted: 5 });
  });

  it("on money are refused where the model has no price, and kept to where it has", async () => {
    const unpriced = await start(createScriptedBackend({ tokens: differing }));
    const refused = unpriced.solve(question, { ...many, maxCostUsd: 1 }).outcome();
    await expect(refused).rejects.toMatchObject({ code: "failed-precondition" });
    const [model] = await createScriptedBackend().listModels();
    const prices = { promptUsd: 1, outputUsd: 10 };
    const models = model === undefined ? [] : [{ ...model, prices }];
    const priced = await start(createScriptedBackend({ tokens: differing, models }));
    const { ledger, stopReason } = await priced.solve(question, { ...many, maxCostUsd: 0.0003 }).outcome();
    expect(stopReason).toBe("budget");
    expect(ledger.costUsd).toBeGreaterThan(0);
    expect(ledger.costUsd).toBeLessThanOrEqual(0.0003);
  });

  it("hold for all problems of a batch together", async () => {
    const reckon = await start(createScriptedBackend({ tokens: differing }));
    const items = Array.from({ length: 6 }, () => ({ problem: question, options: many }));
    const { ledger } = await reckon.solveBatch(items, { maxParallel: 3, maxCalls: 10 }).summary();
    expect(ledger.calls).toBeLessThanOrEqual(10);
    expect(ledger.calls).toBeGreaterThan(6);
  });
});

describe("a budget on a model whose curves are known", () => {
  /** The scripted backend under the embedded model's name. */
  async function startKnown(): Promise<Reckon> {
    const [model] = await createScriptedBackend().listModels();
    const models = model === undefined ? [] : [{ ...model, id: "reckon-embedded-1" }];
    return start(createScriptedBackend({ tokens: differing, models }));
  }

  it("decides how many samples are planned, and says why; without one the strategy does", async () => {
    const reckon = await startKnown();
    const planOf = async (options: SolveOptions) => {
      const events = await Array.fromAsync(reckon.solve(question, { difficulty: 0.35, ...options }));
      return events.flatMap((event) => (event.type === "solve-started" ? [event.plan] : []))[0];
    };
    const tight = await planOf({ maxOutputTokens: 400 });
    expect(tight?.samples).toBe(4);
    expect(tight?.reasons.join("\n")).toContain("up to 4 samples by the budget of 400 output tokens");
    expect((await planOf({}))?.samples).toBe(16);
    expect((await planOf({ maxOutputTokens: 400, samples: 6 }))?.samples).toBe(6);
    expect((await planOf({ maxOutputTokens: 400, strategy: "balanced" }))?.samples).toBe(3);
  });

  it("of a batch goes where it brings most, is never passed, and each plan says what its share is", async () => {
    const reckon = await startKnown();
    const difficulties = [0.98, 0.5, 0.05, 0.5];
    const items = difficulties.map((difficulty, i) => ({ id: `${i}`, problem: question, options: { difficulty } }));
    const batch = reckon.solveBatch(items, { maxOutputTokens: 3_000, maxParallel: 2, streamEvents: true });
    const events = await Array.fromAsync(batch);
    const plans = new Map(
      events.flatMap((event) =>
        event.type === "item-event" && event.event.type === "solve-started"
          ? [[event.id, event.event.plan] as const]
          : [],
      ),
    );
    expect(plans.size).toBe(4);
    for (const plan of plans.values()) expect(plan.reasons[0]).toContain("by marginal gain");
    expect(plans.get("1")?.samples).toBeGreaterThan(plans.get("2")?.samples ?? 99);
    const { ledger } = await batch.summary();
    expect(ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens).toBeLessThanOrEqual(3_000);
  });
});

describe("admission", () => {
  it("refuses by priority with the time to wait, and lets the urgent in first", async () => {
    const thinker = createScriptedBackend();
    const reckon = await start(thinker, { admission: { maxSolves: 1, maxQueueDepth: 1, degrade: true } });
    const endless = { samples: 1, maxSteps: 64, difficulty: 0.4, timeoutMs: 60_000 } as const;
    const first = reckon.solve(question, endless);
    const begun = first[Symbol.asyncIterator]().next();
    await begun;
    const refusal = (priority: "low" | "normal" | "high") =>
      reckon
        .solve(question, { ...endless, priority, timeoutMs: 1_500 })
        .outcome()
        .catch((error: unknown) => error as ReckonError);
    const low = refusal("low");
    await eventually(() => expect(thinker.liveSamples).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const high = refusal("high");
    expect(await low).toMatchObject({ code: "resource-exhausted", retryable: true });
    expect(((await low) as ReckonError).retryAfterMs).toBeGreaterThanOrEqual(100);
    expect(await refusal("low")).toMatchObject({ code: "resource-exhausted" });
    expect(await high).toMatchObject({ code: "deadline-exceeded" });
    first.abort();
  });

  it("tells the router whose samples they are, and how urgent", async () => {
    const scripted = createScriptedBackend({ tokens: differing });
    const seen: (GenerateOptions | undefined)[] = [];
    const thinker: Backend = {
      ...scripted,
      open(problem, options) {
        seen.push(options);
        return scripted.open(problem, options);
      },
    };
    const reckon = await start(thinker);
    const solve = reckon.solve(question, { samples: 2, difficulty: 0.4, priority: "high" });
    const events = await Array.fromAsync(solve);
    const id = events.flatMap((event) => (event.type === "solve-started" ? [event.solveId] : []))[0];
    expect(seen[0]?.routing).toEqual({
      ...{ affinityKey: id, tenant: "local", difficulty: 0.4, priority: 5, hedge: true },
    });
  });
});
