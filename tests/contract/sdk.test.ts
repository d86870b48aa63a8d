import { type Cluster, startCluster } from "@reckon/bench";
import { createReckon, type Reckon, ReckonError } from "@reckon/client";
import { afterAll, beforeAll, expect, it } from "vitest";

let cluster: Cluster;
let reckon: Reckon;
beforeAll(async () => {
  cluster = await startCluster();
  reckon = createReckon({ url: cluster.url });
});
afterAll(() => cluster?.stop());

it("solves, streaming from solve-started to solve-ended", async () => {
  const types: string[] = [];
  for await (const event of reckon.solve("What is 17 * 23?", { samples: 2 })) types.push(event.type);
  expect(types.at(0)).toBe("solve-started");
  expect(types.at(-1)).toBe("solve-ended");
  expect(types).toContain("thought-delta");
});

it("cancels a running solve, which ends with its best answer so far", async () => {
  const solve = reckon.solve("Compute (12 + 7) * 3 - 48 / 6.", {
    method: "self-consistency",
    samples: 256,
    window: 4,
    earlyStopping: false,
    timeoutMs: 60_000,
  });
  let asked = false;
  for await (const event of solve) {
    if (event.type !== "thought-delta" || asked) continue;
    asked = true;
    await solve.cancel();
  }
  const outcome = await solve.outcome();
  expect(outcome.stopReason).toBe("cancelled");
  expect(outcome.samplesStarted).toBeLessThan(256);
});

it("solves a batch", async () => {
  const items = ["What is 4 + 5?", "What is 12 * 3?", "Solve 3x + 5 = 20"].map((problem, i) => ({
    id: `p${i}`,
    problem,
  }));
  const ended: string[] = [];
  const batch = reckon.solveBatch(items, { samples: 1, maxParallel: 2 });
  for await (const event of batch) if (event.type === "item-ended") ended.push(event.id);
  expect(ended.sort()).toEqual(["p0", "p1", "p2"]);
  expect(await batch.summary()).toMatchObject({ solved: 3, failed: 0 });
});

it("estimates, lists models and compares answers at the same address", async () => {
  const { difficulty } = await reckon.estimate("What is 17 * 23?");
  expect(difficulty.score).toBeGreaterThanOrEqual(0);
  expect(difficulty.score).toBeLessThanOrEqual(1);
  expect(difficulty.signals).toHaveLength(5);
  const [model] = await reckon.models();
  expect(model).toMatchObject({ backend: "embedded", default: true });
  const classes = await reckon.equivalence(["1/2", "50 %", "3"], { answerKind: "number" });
  expect(classes.map((one) => one.members)).toEqual([[0, 1], [2]]);
});

it("turns what the server refuses into an error that names field, value and limit", async () => {
  const refused = await reckon
    .solve("What is 4 + 5?", { samples: 1000 })
    .outcome()
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ReckonError);
  const { code, violations } = refused as ReckonError;
  expect(code).toBe("invalid-argument");
  expect(violations).toEqual([{ field: "options.samples", description: expect.stringMatching(/1000.*256/) }]);
});

it("tells how solves went, without a word of the question, and takes in which were right", async () => {
  const solve = reckon.solve("What is 31 * 3?", { samples: 2 });
  const events = await Array.fromAsync(solve);
  const solveId = events[0]?.type === "solve-started" ? events[0].solveId : expect.unreachable();
  await reckon.reportCorrectness(solveId, true);
  const insights = await reckon.insights({ sinceMs: 600_000, logEntries: 1 });
  expect(insights.log).toHaveLength(1);
  expect(insights.log[0]).toMatchObject({ solveId, correct: true, strategy: "adaptive", plannedSamples: 2 });
  expect(JSON.stringify(insights)).not.toContain("31 * 3");
  expect(insights.solves).toBeGreaterThan(0);
  expect(insights.confidence.count).toBeGreaterThan(0);
  expect(insights.calibration).toMatchObject({ basis: "agreement", reported: 1 });
  await expect(reckon.reportCorrectness("nobody", true)).rejects.toMatchObject({ code: "not-found" });
  await expect(reckon.insights({ logEntries: 5_000 })).rejects.toMatchObject({ code: "invalid-argument" });
});
