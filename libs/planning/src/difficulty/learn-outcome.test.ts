import { problemFromPrompt } from "@reckon/core";
import { createPrng, sigmoid } from "@reckon/stats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyHistory, estimateDifficulty } from "../estimate-difficulty.ts";
import { difficultyFeatures } from "./difficulty-features.ts";
import type { Drift } from "./drift.ts";
import { estimateLearned, signalWeights } from "./estimate-learned.ts";
import { learnOutcome, solveEvidence } from "./learn-outcome.ts";
import { decodeLearned, encodeLearned } from "./learned-codec.ts";
import { expectOf, type LearnedDifficulty, nothingLearned } from "./learned-difficulty.ts";
import { trainDifficulty } from "./train-difficulty.ts";

const random = createPrng(3);
const sum = (terms: number) => `Compute: ${Array.from({ length: terms }, () => 10 + random.integer(89)).join(" + ")}`;
const featuresOf = (question: string) => difficultyFeatures(problemFromPrompt(question));
const expected = (learned: LearnedDifficulty, question: string) => expectOf(learned, featuresOf(question), undefined);

/** Solves of sums, of which the model gets those with few terms right; `shift` is added to the logit. */
function live(learned: LearnedDifficulty, outcomes: number, shift: number) {
  const drifts: Drift[] = [];
  for (let i = 0; i < outcomes; i += 1) {
    const terms = 2 + random.integer(6);
    const p = sigmoid(5 - 1.2 * terms + shift + 0.8 * (random.next() + random.next() - 1));
    const agreeing = Array.from({ length: 6 }, () => random.next() < p).filter(Boolean).length;
    const lesson = {
      features: featuresOf(sum(terms)),
      evidence: { agreeing, votes: 6, chance: 1 },
      similar: undefined,
    };
    const next = learnOutcome(learned, { ...lesson, atMs: i });
    learned = next.learned;
    if (next.drift !== undefined) drifts.push(next.drift);
  }
  return { learned, drifts };
}

describe("what was learned of difficulty", () => {
  it("expects what the start weights say while nothing was learned", () => {
    for (const question of ["What is 17 * 23?", "Solve 3x + 5 = 20", sum(7)]) {
      const problem = problemFromPrompt(question);
      expect(estimateLearned(problem, emptyHistory, nothingLearned)).toEqual(estimateDifficulty(problem));
    }
    const weights = signalWeights(nothingLearned);
    for (const [name, weight] of Object.entries({ length: 0.3, vocabulary: 0.25, domain: 0.15, history: 0.1 })) {
      expect(weights[name as keyof typeof weights]).toBeCloseTo(weight, 12);
    }
  });

  it("learns what makes questions hard from outcomes, one by one, and grows surer", () => {
    const { learned, drifts } = live(nothingLearned, 300, 0);
    expect(drifts).toEqual([]);
    expect(learned).toMatchObject({ outcomes: 300, byDomain: { arithmetic: 300 } });
    for (const terms of [2, 4, 7]) expect(expected(learned, sum(terms)).mean).toBeCloseTo(sigmoid(5 - 1.2 * terms), 0);
    expect(expected(learned, sum(2)).mean).toBeGreaterThan(0.85);
    expect(expected(learned, sum(7)).mean).toBeLessThan(0.15);
    expect(expected(learned, sum(4)).strength).toBeGreaterThan(
      expected(live(nothingLearned, 5, 0).learned, sum(4)).strength,
    );
    expect(learned.loss?.learned).toBeLessThan(learned.loss?.start ?? 0);
    const { difficulty } = estimateLearned(problemFromPrompt(sum(4)), emptyHistory, learned);
    expect(difficulty.learnedOutcomes).toBe(300);
    expect(difficulty.signals.map(({ name }) => name)).toEqual([
      ...["length", "vocabulary", "syntactic_depth", "domain", "history"],
    ]);
    expect(difficulty.signals.reduce((total, { weight }) => total + weight, 0)).toBeCloseTo(1, 12);
    expect(difficulty.score).toBeCloseTo(difficulty.priorBeta / (difficulty.priorAlpha + difficulty.priorBeta), 12);
  });

  it("keeps a wider prior where it knows nothing of the domain", () => {
    const { learned } = live(nothingLearned, 300, 0);
    const strength = (question: string) => expected(learned, question).strength;
    for (const foreign of ["Who wrote Hamlet?", "What is 25% of 80?", "Write a Python function that sorts a list."]) {
      expect(strength(foreign)).toBeLessThan(0.7 * strength(sum(4)));
    }
  });

  it("notices that questions have become harder, and follows", () => {
    const before = live(nothingLearned, 300, 0);
    const after = live(before.learned, 150, -2.5);
    expect(after.drifts[0]).toBe("harder");
    expect(after.learned.drift.strikes).toBeGreaterThan(0);
    expect(expected(after.learned, sum(4)).mean).toBeLessThan(0.4);
    expect(live(before.learned, 150, 2.5).drifts[0]).toBe("easier");
  });

  it("takes no drift for one where there is none", () => {
    expect(live(nothingLearned, 1_500, 0).drifts).toEqual([]);
  });

  it("is drawn towards similar questions, those of the same template most", () => {
    const { learned } = live(nothingLearned, 100, 0);
    const mean = (worth: number, sameTemplate: boolean) =>
      expectOf(learned, featuresOf(sum(4)), { sameTemplate, worth, rightShare: 0.05 }).mean;
    expect(mean(10, false)).toBeLessThan(mean(0, false));
    expect(mean(10, true)).toBeLessThan(mean(10, false));
    expect(mean(100, true)).toBeLessThan(mean(10, true));
  });

  it("stays a Beta whatever comes", () => {
    const outcome = fc.record({
      question: fc.oneof(fc.string(), fc.constantFrom(sum(2), sum(7), "What is 25% of 80?")),
      votes: fc.integer({ min: 0, max: 256 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      correct: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 20 }), (outcomes) => {
        let learned = nothingLearned;
        for (const { question, share, ...one } of outcomes) {
          const evidence = solveEvidence({ ...one, votesForAnswer: Math.floor(share * one.votes) });
          const similar = { sameTemplate: share > 0.5, worth: one.votes / 8, rightShare: share };
          learned = learnOutcome(learned, { features: featuresOf(question), evidence, similar, atMs: 1 }).learned;
          const { mean, strength } = expectOf(learned, featuresOf(question), similar);
          expect(mean > 0 && mean < 1 && strength > 0).toBe(true);
        }
        expect(decodeLearned(encodeLearned(learned)).outcomes).toBe(outcomes.length);
      }),
    );
  });
});

describe("solveEvidence", () => {
  it("counts an answer by its confidence where nobody knows whether it is right, and no votes as one that went wrong", () => {
    const solve = { votesForAnswer: 3, votes: 4, confidence: 0.9, correct: undefined };
    expect(solveEvidence(solve)).toEqual({ agreeing: 3, votes: 4, chance: 0.9 });
    expect(solveEvidence({ ...solve, confidence: undefined }).chance).toBe(0.75);
    expect(solveEvidence({ ...solve, correct: false }).chance).toBe(0);
    expect(solveEvidence({ ...solve, votes: 0, votesForAnswer: 0 })).toEqual({ agreeing: 0, votes: 1, chance: 1 });
  });
});

describe("trainDifficulty", () => {
  const questions = Array.from({ length: 200 }, (_, i) => {
    const terms = 2 + (i % 6);
    return { question: sum(terms), right: terms < 4 ? 7 : 2, samples: 8 };
  });

  it("learns from labelled questions at once, in whatever order", () => {
    const [one, other] = [trainDifficulty(questions), trainDifficulty(questions.toReversed())];
    expect(one.trained).toBe(200);
    expect(expected(one, sum(2)).mean).toBeGreaterThan(0.75);
    expect(expected(one, sum(7)).mean).toBeLessThan(0.35);
    const five = sum(5);
    expect(expected(other, five).mean).toBeCloseTo(expected(one, five).mean, 6);
    expect(() => trainDifficulty([])).toThrow("got 0");
  });

  it("survives being kept as text", () => {
    const learned = { ...trainDifficulty(questions), trainedId: "a" };
    const again = decodeLearned(encodeLearned(learned));
    expect(again).toMatchObject({ trained: 200, trainedId: "a", byDomain: learned.byDomain, drift: learned.drift });
    const five = sum(5);
    expect(expected(again, five).mean).toBeCloseTo(expected(learned, five).mean, 9);
  });

  it.each([
    ["nonsense", "not JSON"],
    ['{"format":0}', "format 0"],
    ['{"format":1,"features":[]}', "other features"],
    [encodeLearned(nothingLearned).replace(/"mean":\[[^,]*/, '"mean":["x"'), "mean is not a list"],
    [encodeLearned(nothingLearned).replace('"outcomes":0', '"outcomes":-1'), "outcomes is -1"],
  ])("is not read from %#", (text, why) => expect(() => decodeLearned(text)).toThrow(why));
});
