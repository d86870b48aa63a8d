import { describe, expect, test } from "vitest";
import { inAnyOrder } from "./any-order.ts";
import { checkChain } from "./check-step.ts";
import { streamProblems } from "./generate.ts";
import { referenceLines } from "./problem.ts";
import { createRng } from "./rng.ts";

describe("inAnyOrder", () => {
  test("every order is right in the eyes of checkChain, for all families and levels", () => {
    const rng = createRng(7);
    let changed = 0;
    let long = 0;
    let count = 0;
    for (const problem of streamProblems({ seed: 11, split: "train", levels: [1, 14] })) {
      const steps = inAnyOrder(problem.steps, rng);
      expect([...steps].sort()).toEqual([...problem.steps].sort());
      const verdicts = checkChain(problem, referenceLines({ ...problem, steps }));
      expect({ prompt: problem.prompt, steps, wrong: verdicts.filter((v) => v.verdict !== "right") }).toMatchObject({
        wrong: [],
      });
      count += 1;
      if (count === 1400) break;
      // Shorter ones have hardly two steps that do not need each other.
      if (steps.length < 5) continue;
      long += 1;
      if (steps.join() !== problem.steps.join()) changed += 1;
    }
    expect(changed / long).toBeGreaterThan(0.5);
  });

  test("independent steps trade places, dependent ones do not", () => {
    const steps = ["3 * 4 = 12", "5 * 6 = 30", "12 + 30 = 42"];
    const seen = new Set(Array.from({ length: 40 }, (_, seed) => inAnyOrder(steps, createRng(seed)).join("; ")));
    expect([...seen].sort()).toEqual(["3 * 4 = 12; 5 * 6 = 30; 12 + 30 = 42", "5 * 6 = 30; 3 * 4 = 12; 12 + 30 = 42"]);
  });

  test("a digit's worth of a result, a flipped sign and a dropped unknown are dependencies", () => {
    const steps = ["9x - 4x = 5x", "5 * 5 = 25", "2 - 47 = -45", "8 * 40 = 320", "12 + 45 = 57"];
    for (let seed = 0; seed < 40; seed += 1) {
      const order = inAnyOrder(steps, createRng(seed));
      expect(order.indexOf("9x - 4x = 5x")).toBeLessThan(order.indexOf("5 * 5 = 25"));
      expect(order.indexOf("2 - 47 = -45")).toBeLessThan(order.indexOf("8 * 40 = 320"));
      expect(order.indexOf("2 - 47 = -45")).toBeLessThan(order.indexOf("12 + 45 = 57"));
    }
  });
});
