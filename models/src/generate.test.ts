import { describe, expect, it } from "vitest";
import { generateProblems, streamProblems } from "./generate.ts";
import { parseLine } from "./parse-line.ts";
import { BANDS, FAMILIES, SPLITS } from "./problem.ts";
import { splitOf } from "./split.ts";

function take<T>(source: Iterable<T>, count: number): T[] {
  const out: T[] = [];
  for (const item of source) {
    out.push(item);
    if (out.length === count) break;
  }
  return out;
}

describe("generateProblems", () => {
  it("gives the same problems for the same seed and others for another", () => {
    const first = generateProblems({ seed: 5, split: "test", count: 60 });
    expect(generateProblems({ seed: 5, split: "test", count: 60 })).toEqual(first);
    expect(generateProblems({ seed: 6, split: "test", count: 60 })).not.toEqual(first);
  });

  it("keeps the splits disjoint whatever the seeds", () => {
    const structures = SPLITS.map(
      (split, index) => new Set(take(streamProblems({ seed: 100 + index, split }), 1500).map((p) => p.structure)),
    );
    const [train, validation, test] = structures as [Set<string>, Set<string>, Set<string>];
    expect([...validation].filter((structure) => train.has(structure) || test.has(structure))).toEqual([]);
    expect([...test].filter((structure) => train.has(structure))).toEqual([]);
    expect(new Set([...test].map(splitOf))).toEqual(new Set(["test"]));
  });

  it("never repeats a structure and covers every family and band equally", () => {
    const problems = generateProblems({ seed: 1, split: "validation", count: 420 });
    expect(new Set(problems.map((p) => p.id)).size).toBe(420);
    for (const family of FAMILIES) {
      for (const band of BANDS) {
        const share = problems.filter((p) => p.family === family && p.band === band).length;
        expect(share).toBe(20);
      }
    }
  });

  it("keeps to the families and bands that were asked for", () => {
    const problems = generateProblems({ seed: 2, split: "train", count: 40, families: ["linear"], bands: ["hard"] });
    expect(problems.every((p) => p.family === "linear" && p.band === "hard")).toBe(true);
  });

  it("says so when a band has too few different problems", () => {
    const options = { seed: 3, split: "test", families: ["percent"], bands: ["easy"] } as const;
    expect(() => generateProblems({ ...options, count: 100_000 })).toThrow(/no more different easy problems/);
  });
});

describe("reference chains", () => {
  const problems = take(streamProblems({ seed: 9, split: "train" }), 1500);

  it("consist of true operations, one a line", () => {
    for (const problem of problems) {
      for (const line of problem.steps) {
        const parsed = parseLine(line);
        expect(parsed?.kind === "operation" && parsed.holds, `${problem.prompt} / ${line}`).toBe(true);
      }
    }
  });

  it("end in the answer: the last results are what the answer names", () => {
    for (const problem of problems) {
      const results = problem.steps.map((line) => line.slice(line.lastIndexOf("= ") + 2));
      for (const value of problem.answer.match(/-?\d+(?:\/\d+)?/g) ?? []) {
        expect(results, `${problem.prompt} / ${problem.steps.join("; ")}`).toContain(value);
      }
    }
  });

  it("agree with the language's own arithmetic on expressions", () => {
    for (const problem of problems.filter((p) => p.family === "expression" && /^[-+*/() \d]+$/.test(p.prompt))) {
      expect(Number(problem.answer)).toBe(Function(`return (${problem.prompt})`)());
    }
  });

  it("solve their equations", () => {
    for (const problem of problems.filter((p) => p.family === "linear" || p.family === "quadratic")) {
      const equation = /[-+()a-z\d ^]+=[-+()a-z\d ^]+/.exec(
        problem.prompt.replace(/^.*?(?=[-(\d]|\b[a-z]\b(?=[ +\-^=]))/, ""),
      );
      if (equation === null || /[a-z]{2}/.test(equation[0])) continue;
      const [left, right] = equation[0].split("=") as [string, string];
      for (const solution of problem.answer.split(" or ")) {
        const [name, value] = solution.split(" = ");
        if (value === undefined) continue;
        const at = (side: string): number => {
          const code = side
            .replace(/(\d|\))(?=[a-z(])/g, "$1*")
            .replace(/\^/g, "**")
            .replace(/^\s*-([a-z])/, "-1*$1")
            .replaceAll(name as string, `(${value})`);
          return Function(`return (${code})`)();
        };
        expect(at(left), `${problem.prompt} ${solution}`).toBeCloseTo(at(right), 6);
      }
    }
  });
});
