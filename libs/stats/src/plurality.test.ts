import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitPitmanYor, pitmanYorLogProbability } from "./pitman-yor.ts";
import { createPluralityTable, majorityOfDistribution } from "./plurality.ts";
import { createPrng } from "./prng.ts";

const processes = fc.record({
  concentration: fc.double({ min: 0.05, max: 30, noNaN: true }),
  discount: fc.double({ min: 0, max: 0.95, noNaN: true }),
});

describe("a Pitman-Yor process", () => {
  // mpmath 1.3: the partition formula, term by term.
  it.each([
    [[3, 1, 1], 2, 0.5, -4.1588830833596715],
    [[5], 0.3, 0, -0.5697570482266008],
    [[40, 7, 1, 1, 1], 14, 0.8, -58.950980821431976],
  ])("gives kinds of sizes %j the log-probability of mpmath", (sizes, concentration, discount, expected) => {
    expect(Math.abs(pitmanYorLogProbability(sizes, { concentration, discount }) - expected)).toBeLessThan(1e-10);
  });

  it("is found again from answers that it made", () => {
    const random = createPrng(3);
    const truth = { concentration: 2, discount: 0.4 };
    const partitions = Array.from({ length: 2000 }, () => {
      const sizes: number[] = [];
      for (let n = 0; n < 12; n += 1) {
        let u = random.next() * (truth.concentration + n);
        const place = sizes.findIndex((size) => {
          u -= size - truth.discount;
          return u < 0;
        });
        if (place < 0) sizes.push(1);
        else sizes[place] = (sizes[place] as number) + 1;
      }
      return sizes;
    });
    const fit = fitPitmanYor(partitions);
    expect(fit?.concentration).toBeGreaterThan(1.7);
    expect(fit?.concentration).toBeLessThan(2.3);
    expect(Math.abs((fit?.discount ?? 0) - truth.discount)).toBeLessThan(0.05);
    expect(fitPitmanYor([[1], [], [0]])).toBeUndefined();
  });
});

describe("a plurality table", () => {
  // mpmath 1.3: every partition by walking the urn; the chance that `right` beats the rest, and that the largest kind has 3.
  it.each([
    [1, 5, 2, 0.5, 0.04861111111111111, 0.18229166666666666],
    [2, 9, 14, 0.8, 0.8129235050006192, 0.04039649244694624],
    [3, 12, 0.4, 0, 0.0002403513920048181, 0.0008228938931181257],
    [4, 20, 1.5, 0.3, 0.03664456694177662, 0.013877471701774556],
    [5, 30, 5, 0.7, 0.5540450462557222, 0.19630525619037778],
  ])("has %d against %d as the urn has it", (right, wrong, concentration, discount, wins, three) => {
    const table = createPluralityTable({ concentration, discount });
    expect(Math.abs(table.wins(right, wrong) - wins)).toBeLessThan(1e-12);
    expect(Math.abs(table.largest(3, wrong) - three)).toBeLessThan(1e-12);
  });

  it("is a distribution of the largest kind, and wins rise with right votes", () => {
    fc.assert(
      fc.property(processes, fc.integer({ min: 1, max: 48 }), (process, wrong) => {
        const table = createPluralityTable(process);
        let sum = 0;
        for (let size = 1; size <= wrong; size += 1) sum += table.largest(size, wrong);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
        for (let right = 1; right <= wrong; right += 1) {
          expect(table.wins(right, wrong)).toBeGreaterThanOrEqual(table.wins(right - 1, wrong) - 1e-9);
        }
        expect(Math.abs(table.wins(wrong + 1, wrong) - 1)).toBeLessThan(1e-9);
      }),
      { numRuns: 40 },
    );
  });
});

describe("the majority of a known distribution", () => {
  // mpmath 1.3: the multinomial sum, term by term.
  it.each([
    [0.4, [0.3, 0.2], 7, 0.5422624],
    [0.35, [0.4, 0.25], 16, 0.3542941097389212],
    [0.5, [], 3, 0.875],
    [0.3, [0.3, 0.2, 0.1], 9, 0.396050967],
  ])("of %d against %j is right as often in %d as the sum says", (right, wrong, k, expected) => {
    expect(Math.abs(majorityOfDistribution(right, wrong, k) - expected)).toBeLessThan(1e-12);
  });

  it("tends to whether the likeliest answer is right, whatever pass@k does", () => {
    expect(majorityOfDistribution(0.5, [0.3], 150)).toBeGreaterThan(0.98);
    expect(majorityOfDistribution(0.3, [0.5], 150)).toBeLessThan(0.02);
    expect(() => majorityOfDistribution(0.6, [0.6], 3)).toThrow(RangeError);
    expect(() => majorityOfDistribution(0.6, [], 171)).toThrow(RangeError);
  });

  it("does not care in which order wrong answers are named", () => {
    const wrong = fc.array(fc.double({ min: 0, max: 0.12, noNaN: true }), { maxLength: 5 });
    fc.assert(
      fc.property(wrong, fc.integer({ min: 1, max: 12 }), (shares, k) => {
        const there = majorityOfDistribution(0.35, shares, k);
        expect(Math.abs(majorityOfDistribution(0.35, [...shares].reverse(), k) - there)).toBeLessThan(1e-12);
      }),
    );
  });
});
