import { problemFromPrompt } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateDifficulty, overriddenDifficulty, votePrior } from "./estimate-difficulty.ts";
import { classifyDomain } from "./problem-domain.ts";

const estimate = (text: string, history?: { count: number; errorRate: number | undefined }) =>
  estimateDifficulty(problemFromPrompt(text), history);

describe("estimateDifficulty", () => {
  it("shows five weighted signals that sum to the score", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { difficulty } = estimate(text);
        expect(difficulty.signals.map((s) => s.weight)).toEqual([0.3, 0.25, 0.2, 0.15, 0.1]);
        const sum = difficulty.signals.reduce((total, s) => total + s.weight * s.value, 0);
        expect(difficulty.score).toBeCloseTo(sum, 12);
        expect(difficulty.signals.every((s) => s.value >= 0 && s.value <= 1 && s.detail !== "")).toBe(true);
        expect(Math.min(difficulty.priorAlpha, difficulty.priorBeta)).toBeGreaterThan(0);
      }),
    );
  });

  it("finds longer chains, larger numbers and deeper brackets harder", () => {
    const score = (text: string) => estimate(text).difficulty.score;
    expect(score("2 + 3")).toBeLessThan(score("Compute (12 + 7) * 3 - 48 / 6."));
    expect(score("Compute (12 + 7) * 3 - 48 / 6.")).toBeLessThan(
      score("85 / 5 + 22 + 61 - (40 + 28 * 38 - ((70 + 63) * 3 / 7 + 91 + 77))"),
    );
    expect(score("Solve 4x + 2 = 26.")).toBeLessThan(
      score("What is z if 3(z - 4) + 12z + 11 + 3z + 6(z + 4) + 22 = -4(3z + 12) + 1 - 11z - 284?"),
    );
  });

  it("is drawn towards similar outcomes, by how many there are", () => {
    const mean = (history?: { count: number; errorRate: number }) => {
      const { priorAlpha, priorBeta } = estimate("What is 17 * 23?", history).difficulty;
      return priorBeta / (priorAlpha + priorBeta);
    };
    expect(mean({ count: 1, errorRate: 0.9 })).toBeGreaterThan(mean());
    expect(mean({ count: 50, errorRate: 0.9 })).toBeGreaterThan(mean({ count: 1, errorRate: 0.9 }));
    expect(mean({ count: 50, errorRate: 0.02 })).toBeLessThan(mean());
  });

  it("keeps a wide prior where the domain is not known", () => {
    const width = (text: string) => {
      const { priorAlpha, priorBeta } = estimate(text).difficulty;
      return priorAlpha + priorBeta;
    };
    expect(width("Who wrote Hamlet?")).toBeLessThan(width("What is 17 * 23?"));
  });

  it("reads a long or hostile text in a moment", () => {
    for (const text of [
      "9".repeat(50_000),
      "(".repeat(100_000),
      "a,".repeat(100_000),
      "= ".repeat(100_000),
      "1:".repeat(100_000),
    ]) {
      const { score } = estimate(text).difficulty;
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
  });
});

describe("overriddenDifficulty", () => {
  it("has the client's score, its prior and no signals", () => {
    expect(overriddenDifficulty(0.7)).toMatchObject({ score: 0.7, signals: [], overridden: true, historyCount: 0 });
    const { priorAlpha, priorBeta } = overriddenDifficulty(1);
    expect(priorBeta).toBeGreaterThan(priorAlpha);
    expect(priorAlpha).toBeGreaterThan(0);
  });
});

describe("votePrior", () => {
  const text = "What is 17 * 23?";
  const { difficulty, domain } = estimate(text);
  const own = { alpha: difficulty.priorAlpha, beta: difficulty.priorBeta };

  it("is the text's, whatever was learned of others", () => {
    const past = estimate(text, { count: 40, errorRate: 0.9 }).difficulty;
    expect(past.priorBeta).toBeGreaterThan(own.beta);
    const signals = past.signals.map((signal) => ({ ...signal, weight: 0.2 }));
    const { alpha, beta } = votePrior({ ...past, signals, score: 0.8, priorAlpha: 4, priorBeta: 28 }, domain);
    expect(alpha).toBeCloseTo(own.alpha, 12);
    expect(beta).toBeCloseTo(own.beta, 12);
  });

  it("is half as strong, and no better than even, where the domain is not known", () => {
    const hamlet = estimate("Who wrote Hamlet?");
    const { alpha, beta } = votePrior(hamlet.difficulty, hamlet.domain);
    expect(alpha + beta).toBeCloseTo(0.5, 12);
    expect(beta).toBeGreaterThan(alpha);
  });

  it("is the client's word, and the difficulty's own where there are no signals", () => {
    const asked = overriddenDifficulty(0.7);
    expect(votePrior(asked, domain)).toEqual({ alpha: asked.priorAlpha, beta: asked.priorBeta });
    expect(votePrior({ ...difficulty, signals: [] }, domain)).toEqual(own);
  });
});

describe("classifyDomain", () => {
  it("knows school problems by their text", () => {
    const expected = {
      "What is 17 * 23?": "arithmetic",
      "Compute (95 + 63 ÷ 3 - 78) × (90 ÷ 9)": "arithmetic",
      "Solve 3x + 5 = 20": "linear-equation",
      "Solve: x^2 - 5x + 6 = 0": "quadratic-equation",
      "A jar has 120 beads. 50 percent of them are red. How many beads are red?": "percentage",
      "16 dollars are divided among Eric and Jack in the ratio 3:1. How much does Eric get?": "ratio",
      "What is the next number in the sequence 33, 40, 47, 54?": "sequence",
      "Find the next term: 78, 87, 85, 72, 48, ...": "sequence",
      "Nora saves 6 dollars a week for 8 weeks. Then she buys a gift for 23 dollars. How much does she have?":
        "word-problem",
      "Write a Python function that reverses a list.": "code",
      "Which is prime?\nA) 4\nB) 7": "choice",
      "Who wrote Hamlet?": "general",
    };
    for (const [text, domain] of Object.entries(expected)) expect(classifyDomain(text), text).toBe(domain);
  });
});
