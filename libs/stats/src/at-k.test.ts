import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { majAtK } from "./maj-at-k.ts";
import { passAtK } from "./pass-at-k.ts";

/** All subsets of size k, by brute force. */
function* subsets<T>(items: readonly T[], k: number): Generator<T[]> {
  if (k === 0) return yield [];
  for (let i = 0; i <= items.length - k; i += 1) {
    for (const rest of subsets(items.slice(i + 1), k - 1)) yield [items[i] as T, ...rest];
  }
}

function bruteForce(answers: readonly (number | undefined)[], k: number): number {
  let sum = 0;
  let count = 0;
  for (const subset of subsets(answers, k)) {
    const votes = new Map<number, number>();
    for (const answer of subset) if (answer !== undefined) votes.set(answer, (votes.get(answer) ?? 0) + 1);
    const top = Math.max(0, ...votes.values());
    const tied = [...votes].filter(([, n]) => n === top).map(([answer]) => answer);
    if (tied.includes(0)) sum += 1 / tied.length;
    count += 1;
  }
  return sum / count;
}

const answers = fc.array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), { minLength: 1, maxLength: 9 });

function countsOf(list: readonly (number | undefined)[]) {
  const count = (answer: number | undefined) => list.filter((item) => item === answer).length;
  return { right: count(0), wrong: [1, 2, 3].map(count), blank: count(undefined) };
}

describe("majAtK", () => {
  it("is the mean over all subsets, a tie counted as one over the tied", () => {
    fc.assert(
      fc.property(answers, fc.nat(), (list, seed) => {
        const k = 1 + (seed % list.length);
        expect(majAtK(countsOf(list), k)).toBeCloseTo(bruteForce(list, k), 12);
      }),
    );
  });

  it("stays finite and exact in the limit for many samples", () => {
    expect(majAtK({ right: 600, wrong: [400] }, 1)).toBeCloseTo(0.6, 12);
    expect(majAtK({ right: 600, wrong: [400] }, 1000)).toBeCloseTo(1, 12);
    expect(majAtK({ right: 300, wrong: [300, 400] }, 500)).toBeLessThan(0.01);
    expect(() => majAtK({ right: 1001, wrong: [] }, 1)).toThrow("1000");
  });
});

describe("passAtK", () => {
  it("is the mean over all subsets of whether any is right", () => {
    fc.assert(
      fc.property(answers, fc.nat(), (list, seed) => {
        const k = 1 + (seed % list.length);
        const all = [...subsets(list, k)];
        const { right } = countsOf(list);
        expect(passAtK(list.length, right, k)).toBeCloseTo(all.filter((s) => s.includes(0)).length / all.length, 12);
      }),
    );
  });

  it("equals maj@1 at k = 1 and needs k within the samples", () => {
    expect(passAtK(10, 3, 1)).toBeCloseTo(majAtK({ right: 3, wrong: [7] }, 1), 12);
    expect(() => passAtK(4, 2, 5)).toThrow("[1, 4]");
  });
});
