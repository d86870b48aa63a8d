import type { AnswerKind } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areEquivalent, canonicalize } from "./canonicalize.ts";
import { clusterAnswers, createClusterer } from "./cluster-answers.ts";
import { equivalencePairs } from "./equivalence-pairs.ts";

const kinds: AnswerKind[] = ["number", "choice", "expression", "code", "tool-call", "text"];
const kind = fc.constantFrom(...kinds);
const digits = fc.integer({ min: -999, max: 999 }).map(String);
const fraction = fc
  .tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 99 }))
  .map(([n, d]) => `${n}/${d}`);
const decimal = fc
  .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 9999 }))
  .map(([n, d]) => `${n}.${d}`);
const atom = fc.oneof(
  digits,
  fraction,
  decimal,
  fc.constantFrom("0.333", "1/3", "33.3%", "sqrt(2)", "1.414", "pi", "3.14", "x", "y"),
);
const list = fc
  .tuple(atom, atom, fc.constantFrom(" or ", ", ", " and ", "+", "*", "^", " "))
  .map(([a, b, by]) => `${a}${by}${b}`);
const written = fc.constantFrom(...equivalencePairs.flatMap(([, a, b]) => [a, b]));
const answer = fc.oneof(
  atom,
  list,
  written,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);

describe("equivalence", () => {
  it("is reflexive, symmetric and transitive for any text of any kind", () => {
    fc.assert(
      fc.property(kind, answer, answer, answer, (k, a, b, c) => {
        expect(areEquivalent(a, a, k)).toBe(true);
        expect(areEquivalent(a, b, k)).toBe(areEquivalent(b, a, k));
        if (areEquivalent(a, b, k) && areEquivalent(b, c, k)) expect(areEquivalent(a, c, k)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("puts each answer in exactly one cluster, whatever the order", () => {
    fc.assert(
      fc.property(kind, fc.array(answer, { maxLength: 12 }), fc.integer(), (k, answers, turn) => {
        const classOf = (list: readonly string[]): Map<string, string> =>
          new Map(
            clusterAnswers(list, k).flatMap((c) => c.members.map((m) => [list[m] as string, c.canonical] as const)),
          );
        const at = answers.length === 0 ? 0 : Math.abs(turn) % answers.length;
        const turned = [...answers.slice(at), ...answers.slice(0, at)].reverse();
        const [one, other] = [classOf(answers), classOf(turned)];
        expect(
          clusterAnswers(answers, k)
            .flatMap((c) => c.members)
            .sort((a, b) => a - b),
        ).toEqual(answers.map((_, i) => i));
        for (const a of answers) expect(other.get(a)).toBe(one.get(a));
      }),
      { numRuns: 200 },
    );
  });

  it("agrees with exact arithmetic on fractions", () => {
    const small = fc.integer({ min: -200, max: 200 });
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 }), (n, d, k) => {
        expect(canonicalize(`${n * k}/${d * k}`, "number")).toBe(canonicalize(`\\frac{${n}}{${d}}`, "number"));
        expect(areEquivalent(`${n}/${d}`, `${n + 1}/${d}`, "number")).toBe(false);
      }),
    );
  });

  it("knows a fraction from its decimals when there are enough of them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 12 }), (n, d) => {
        expect(areEquivalent(`${n}/${d}`, (n / d).toFixed(4), "number")).toBe(true);
        expect(areEquivalent(`${n}/${d}`, String(n / d), "number")).toBe(true);
      }),
    );
  });
});

describe("createClusterer", () => {
  it("gives an answer the same class whenever it comes", () => {
    const clusterer = createClusterer("number");
    const first = clusterer.add("x = 2 or x = 3");
    expect(clusterer.add("5")).not.toBe(first);
    expect(clusterer.add("{3, 2}")).toBe(first);
    expect(clusterer.clusters()).toEqual([
      { canonical: "{2, 3}", members: [0, 2] },
      { canonical: "5", members: [1] },
    ]);
  });

  it("reads bare numbers in the unit that the question asks for", () => {
    const percent = createClusterer("number", { question: "28 is what percent of 80?" });
    expect(percent.add("35")).toBe(percent.add("35%"));
    const grams = createClusterer("number", { question: "How many grams of flour are needed?" });
    expect(grams.add("126")).toBe(grams.add("126 g"));
    expect(grams.add("126")).not.toBe(grams.add("126 kg"));
    const money = createClusterer("number", { question: "A ticket costs $5. What is the price of 3 tickets?" });
    expect(money.add("15")).toBe(money.add("$15.00"));
    const far = createClusterer("number", {
      question: "Luis drives 92 km per hour for 5 hours. How far does Luis drive?",
    });
    expect(far.add("460")).toBe(far.add("460 km"));
    const choice = createClusterer("choice", { question: "Capital of France? (A) London (B) Paris (C) Rome" });
    expect(choice.add("Paris")).toBe(choice.add("(b)"));
  });
});
