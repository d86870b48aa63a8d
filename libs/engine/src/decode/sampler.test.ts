import { describe, expect, it } from "vitest";
import { fastExp } from "./fast-exp.ts";
import type { SampleSettings } from "./protocol.ts";
import { createRandom, deriveSeed } from "./random.ts";
import { createSampler } from "./sampler.ts";

const settings = (over: Partial<SampleSettings> = {}): SampleSettings => ({
  temperature: 1,
  topP: 1,
  topK: 0,
  seed: deriveSeed(1, 1),
  stop: [],
  minTokens: 0,
  maxTokens: 1,
  logprobs: true,
  topLogprobs: 3,
  ...over,
});
const probabilities = [0.5, 0.2, 0.15, 0.1, 0.05];
const row = (values = probabilities) => Float32Array.from(values, (p) => Math.log(p) + 3);

/** How often each id is drawn. */
function frequencies(over: Partial<SampleSettings>, draws = 20_000, values = probabilities): number[] {
  const sampler = createSampler(values.length, []);
  const random = createRandom(deriveSeed(7, 0));
  const counts = values.map(() => 0);
  for (let i = 0; i < draws; i++) {
    const token = sampler.draw(row(values), 0, settings(over), random);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts.map((count) => count / draws);
}

function expectClose(actual: number[], expected: number[]): void {
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 1.7);
}

describe("sampler", () => {
  it("draws in proportion to the probabilities", () => expectClose(frequencies({}), probabilities));

  it("sharpens with the temperature as p^(1/t)", () => {
    const squares = probabilities.map((p) => p * p);
    const sum = squares.reduce((a, b) => a + b);
    expectClose(
      frequencies({ temperature: 0.5 }),
      squares.map((p) => p / sum),
    );
  });

  it("keeps the k likeliest", () => expectClose(frequencies({ topK: 2 }), [5 / 7, 2 / 7, 0, 0, 0]));

  it("keeps the smallest set that reaches top-p", () =>
    expectClose(frequencies({ topP: 0.6 }), [5 / 7, 2 / 7, 0, 0, 0]));

  it("applies top-p to what top-k left", () => {
    // Of 0.5, 0.2, 0.15 the first two make 0.82 of the mass.
    expectClose(frequencies({ topK: 3, topP: 0.8 }), [5 / 7, 2 / 7, 0, 0, 0]);
    expectClose(frequencies({ topK: 3, topP: 0.83 }), [50 / 85, 20 / 85, 15 / 85, 0, 0]);
  });

  it("takes the likeliest at temperature 0, the lowest id among equals", () => {
    expect(frequencies({ temperature: 0 }, 50)).toEqual([1, 0, 0, 0, 0]);
    expect(frequencies({ temperature: 0 }, 50, [0.2, 0.4, 0.4])).toEqual([0, 1, 0]);
  });

  it("reports log-probabilities at temperature 1 without truncation", () => {
    const sampler = createSampler(5, []);
    const random = createRandom(deriveSeed(3, 0));
    const token = sampler.draw(row(), 0, settings({ temperature: 0.3, topK: 1 }), random);
    expect(token).toBe(0);
    expect(sampler.logprob).toBeCloseTo(Math.log(0.5), 5);
    expect([...sampler.topIds.subarray(0, 3)]).toEqual([0, 1, 2]);
    expect(sampler.topValues[2]).toBeCloseTo(Math.log(0.15), 5);
  });

  it("never draws a blocked id and gives it no probability", () => {
    const sampler = createSampler(5, [0]);
    const token = sampler.draw(row(), 0, settings({ temperature: 0 }), createRandom(deriveSeed(3, 0)));
    expect(token).toBe(1);
    expect(sampler.logprob).toBeCloseTo(Math.log(0.4), 5);
  });

  it("refuses a row that is not finite", () => {
    const sampler = createSampler(3, []);
    const random = createRandom(deriveSeed(3, 0));
    expect(sampler.draw(Float32Array.of(0, Number.NaN, 1), 0, settings(), random)).toBe(-1);
    expect(sampler.draw(Float32Array.of(0, Number.POSITIVE_INFINITY, 1), 0, settings(), random)).toBe(-1);
    expect(sampler.draw(new Float32Array(3).fill(Number.NEGATIVE_INFINITY), 0, settings(), random)).toBe(-1);
  });
});

describe("fast exp", () => {
  it("is within 1e-8 of exp", () => {
    for (let x = 0; x > -80; x -= 0.0137) expect(Math.abs(fastExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-8);
    expect(fastExp(0)).toBe(1);
  });
});

describe("random", () => {
  it("gives unrelated streams to neighbouring samples and seeds", () => {
    const firsts = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      for (let sample = 0; sample < 30; sample++) firsts.add(createRandom(deriveSeed(seed, sample))());
    }
    expect(firsts.size).toBe(900);
    const values = [...firsts];
    expect(values.reduce((a, b) => a + b) / 900).toBeCloseTo(0.5, 1);
    expect(deriveSeed(2 ** 40 + 1, 0)).not.toEqual(deriveSeed(1, 0));
  });
});
