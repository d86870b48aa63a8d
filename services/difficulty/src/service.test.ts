import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DifficultyService, type RecordOutcomeRequest } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { ConfidenceKind } from "@reckon/proto/reckon/types/v1/outcome";
import { AnswerKind } from "@reckon/proto/reckon/types/v1/problem";
import { createRpcClient, createRpcServer, type RpcClient } from "@reckon/rpc";
import { openStore, type Store } from "@reckon/store";
import { afterEach, describe, expect, it } from "vitest";
import { createDifficultyService } from "./service.ts";

const root = mkdtempSync(join(tmpdir(), "reckon-difficulty-"));
const cleanups: (() => unknown)[] = [() => rmSync(root, { recursive: true })];
afterEach(async () => {
  for (const cleanup of cleanups.splice(1).reverse()) await cleanup();
});

async function serve(store: Store): Promise<{ client: RpcClient<typeof DifficultyService>; warnings: string[] }> {
  const warnings: string[] = [];
  const service = createDifficultyService({ store, warn: (message) => warnings.push(message) });
  const routes = (router: Parameters<Parameters<typeof createRpcServer>[0]["routes"]>[0]) =>
    void router.service(DifficultyService, service);
  const server = await createRpcServer({ service: "difficulty", version: "0", port: 0, routes });
  const client = createRpcClient(DifficultyService, { target: server.url });
  cleanups.push(
    () => store.close(),
    () => server.drain({ timeoutMs: 100 }),
    () => client.close(),
  );
  return { client, warnings };
}

const prompt = "Solve: x^2 - 5x + 6 = 0";
type Outcome = Partial<Pick<RecordOutcomeRequest, "votes" | "votesForAnswer" | "correct">>;
const outcome = (solveId: string, more: Outcome = {}) => ({
  solveId,
  problem: { prompt },
  difficulty: 0.4,
  votesForAnswer: 8,
  votes: 8,
  confidence: { value: 0.97, kind: ConfidenceKind.AGREEMENT },
  ...more,
});

describe("the difficulty service", () => {
  it("shows the five signals with their weights, and what follows from them", async () => {
    const { client } = await serve(openStore());
    const { difficulty, domain, answerKind } = await client.estimate({ problem: { prompt } });
    expect(difficulty?.signals.map(({ name, weight }) => [name, weight])).toEqual([
      ["length", 0.3],
      ["vocabulary", 0.25],
      ["syntactic_depth", 0.2],
      ["domain", 0.15],
      ["history", 0.1],
    ]);
    for (const { value, detail } of difficulty?.signals ?? []) {
      expect(value >= 0 && value <= 1).toBe(true);
      expect(detail).not.toBe("");
    }
    const sum = difficulty?.signals.reduce((total, { value, weight }) => total + value * weight, 0);
    expect(difficulty?.score).toBeCloseTo(sum ?? -1, 12);
    expect(difficulty).toMatchObject({ historyCount: 0, overridden: false });
    expect(domain).toBe("quadratic-equation");
    expect(answerKind).toBe(AnswerKind.NUMBER);
  });

  it("learns from outcomes of problems of the same template, in both directions", async () => {
    const { client } = await serve(openStore());
    const other = { prompt: "Solve: x^2 - 9x + 14 = 0" };
    const before = (await client.estimate({ problem: other })).difficulty;
    for (let i = 0; i < 5; i += 1) await client.recordOutcome(outcome(`easy-${i}`, { correct: true }));
    const easy = (await client.estimate({ problem: other })).difficulty;
    expect(easy?.score).toBeLessThan(before?.score ?? 0);
    expect(easy?.historyCount).toBe(5);
    expect(easy?.signals.at(-1)?.detail).toContain("5 similar outcomes");
    for (let i = 0; i < 20; i += 1)
      await client.recordOutcome(outcome(`hard-${i}`, { correct: false, votesForAnswer: 2 }));
    const hard = (await client.estimate({ problem: other })).difficulty;
    expect(hard?.score).toBeGreaterThan(before?.score ?? 1);
  });

  it("says how much was learned, with the weights as they are now, and keeps it across processes of one file", async () => {
    const path = join(root, "learned.sqlite");
    const stores = [openStore({ path }), openStore({ path })] as const;
    const { client } = await serve(stores[0]);
    const { client: other } = await serve(stores[1]);
    const each = [client, other];
    for (let i = 0; i < 40; i += 1) {
      const problem = {
        prompt: i % 2 === 0 ? `What is ${i} + 3?` : `Compute (${i} * 7 - ${90 + i}) / 3 * (12 - ${i})`,
      };
      const right = i % 2 === 0;
      await each[i % 2]?.recordOutcome({ ...outcome(`solve-${i}`, { correct: right }), problem });
    }
    const question = { problem: { prompt: "Compute (31 * 7 - 95) / 3 * (12 - 5)" } };
    const { difficulty } = await other.estimate(question);
    expect(difficulty).toMatchObject({ learnedOutcomes: 40, trainedQuestions: 0 });
    expect(difficulty?.score).toBeGreaterThan(0.6);
    expect(difficulty?.signals.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(await client.estimate(question)).toEqual(await other.estimate(question));
  });

  it("starts afresh where what was learned cannot be read, and says so once", async () => {
    const store = openStore();
    const { client, warnings } = await serve(store);
    store.writeState("local", "difficulty", "{broken");
    await client.estimate({ problem: { prompt } });
    expect((await client.estimate({ problem: { prompt } })).difficulty?.learnedOutcomes).toBe(0);
    await client.recordOutcome(outcome("a"));
    expect((await client.estimate({ problem: { prompt } })).difficulty?.learnedOutcomes).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/not JSON; tenant local starts afresh/)]);
  });

  it("warns when questions drift, and no longer counts the history from before", async () => {
    const { client, warnings } = await serve(openStore());
    let now = 0;
    const solve = (correct: boolean) =>
      client.recordOutcome({
        ...outcome(`solve-${now++}`, { correct }),
        problem: { prompt: `What is ${now} plus ${now % 7}, and twice that?` },
      });
    for (let i = 0; i < 60; i += 1) await solve(true);
    for (let i = 0; i < 60 && warnings.length === 0; i += 1) await solve(false);
    expect(warnings).toEqual([expect.stringContaining("have become harder")]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await solve(false);
    const { difficulty } = await client.estimate({ problem: { prompt: "What is 4 plus 5, and twice that?" } });
    expect(difficulty?.historyCount).toBeLessThan(10);
  });

  it("records a solve once", async () => {
    const store = openStore();
    const { client } = await serve(store);
    await client.recordOutcome(outcome("same"));
    await client.recordOutcome(outcome("same", { correct: false }));
    expect(store.countOutcomes()).toBe(1);
    const { difficulty } = await client.estimate({ problem: { prompt } });
    expect(difficulty?.historyCount).toBe(1);
    expect(difficulty?.signals.at(-1)?.value).toBeCloseTo(0.03, 9);
  });

  it("keeps no text of problems", async () => {
    const path = join(root, "history.sqlite");
    const store = openStore({ path });
    const { client } = await serve(store);
    await client.recordOutcome({ ...outcome("a"), problem: { prompt: "Zebras: 3 + 4 = ?" } });
    store.close();
    expect(readFileSync(path).toString("latin1").toLowerCase()).not.toContain("zebra");
  });

  it("estimates many at once, in their order, as each alone", async () => {
    const { client } = await serve(openStore());
    const problems = Array.from({ length: 200 }, (_, i) => ({
      prompt: i % 2 === 0 ? prompt : `Compute: ${i} + (3 * ${i})`,
    }));
    const { estimates } = await client.estimateBatch({ problems });
    expect(estimates.map((estimate) => estimate.domain)).toEqual(
      problems.map((_, i) => (i % 2 === 0 ? "quadratic-equation" : "arithmetic")),
    );
    expect(estimates[1]).toEqual(await client.estimate({ problem: problems[1] }));
  });

  it("estimates without a history that cannot be read, and does not pretend to record", async () => {
    const store = openStore();
    const { client, warnings } = await serve(store);
    const before = await client.estimate({ problem: { prompt } });
    store.close();
    expect(await client.estimate({ problem: { prompt } })).toEqual(before);
    await client.estimate({ problem: { prompt } });
    expect(warnings).toEqual([expect.stringContaining("without history")]);
    await expect(client.recordOutcome(outcome("a"))).rejects.toMatchObject({ code: "data-loss" });
  });

  it.each<[Parameters<RpcClient<typeof DifficultyService>["recordOutcome"]>[0], string]>([
    [{ ...outcome("") }, "solve_id"],
    [{ ...outcome("x".repeat(129)) }, "solve_id"],
    [{ ...outcome("a"), problem: undefined }, "problem"],
    [{ ...outcome("a"), difficulty: 1.5 }, "difficulty"],
    [{ ...outcome("a"), votesForAnswer: 9 }, "votes_for_answer"],
    [{ ...outcome("a"), confidence: { value: -1, kind: 1 } }, "confidence.value"],
  ])("refuses to record %#, naming the field", async (request, field) => {
    const store = openStore();
    const { client } = await serve(store);
    await expect(client.recordOutcome(request)).rejects.toMatchObject({
      code: "invalid-argument",
      violations: [expect.objectContaining({ field })],
    });
    expect(store.countOutcomes()).toBe(0);
  });

  it("refuses batches of none, and problems that are none", async () => {
    const { client } = await serve(openStore());
    await expect(client.estimateBatch({ problems: [] })).rejects.toMatchObject({ code: "invalid-argument" });
    await expect(client.estimateBatch({ problems: [{ prompt }, {}] })).rejects.toThrow("problems[1].prompt");
    await expect(client.estimate({ problem: { prompt: "a\0b" } })).rejects.toThrow("NUL");
    expect((await client.estimate({ problem: { prompt: "1".repeat(50_000) } })).difficulty?.score).toBeLessThanOrEqual(
      1,
    );
  });
});
