import { describe, expect, it } from "vitest";
import { type CellRuns, differenceByProblem, onCommonProblems, pooledDraws, rightByProblem } from "./cells.ts";
import type { MethodRun } from "./solve-direct.ts";

const run = (id: string, correct: boolean): MethodRun => ({
  ...{ id, correct, band: "easy", confidence: 0.5, outputTokens: 80, promptTokens: 40, verifierTokens: 90 },
  ...{ calls: 1, samples: 1, votes: 1, degradations: [] },
});
const cell = (method: string, draw: number, runs: readonly MethodRun[]): CellRuns => ({
  ...{ method, budget: 4, size: draw, split: "test", seed: 1, draw, runs },
});

describe("cells of several draws", () => {
  const beam = [
    cell("beam", 1, [run("a", true), run("b", false)]),
    cell("beam", 2, [run("a", false), run("b", false)]),
  ];
  const tree = cell("tree", 1, [run("a", true), run("b", true)]);

  it("are one cell a method and budget, in which each problem has its share of right answers", () => {
    const [pooled, other] = pooledDraws([...beam, tree]);
    expect([pooled?.method, pooled?.size, pooled?.runs.length, other?.method]).toEqual(["beam", 1, 4, "tree"]);
    expect([...rightByProblem(pooled?.runs ?? [])]).toEqual([
      ["a", 0.5],
      ["b", 0],
    ]);
  });

  it("are compared problem by problem, however many draws either has", () => {
    const [pooled] = pooledDraws(beam);
    expect(differenceByProblem(pooled?.runs ?? [], tree.runs)?.value).toBe(-0.75);
    expect(differenceByProblem(pooled?.runs ?? [], [run("a", true)])?.value).toBe(-0.5);
  });

  it("keep to the problems that all methods of a budget have solved", () => {
    const some = onCommonProblems([...pooledDraws(beam), cell("tree", 1, [run("b", true)])], [4]);
    expect(some.map(({ runs }) => runs.map(({ id }) => id))).toEqual([["b", "b"], ["b"]]);
  });
});
