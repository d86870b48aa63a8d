import { describe, expect, it } from "vitest";
import { pricedWays } from "./priced-ways.ts";

const results = (outputTokens: number, right: number) => [
  { outputTokens: outputTokens - 10, right },
  { outputTokens: outputTokens + 10, right },
];
const whole = (tokenGain: number, outputTokens: number, right: number) => ({
  way: { tokenGain },
  results: results(outputTokens, right),
});
const search = (samples: number, outputTokens: number, right: number) => ({
  way: { method: "beam", samples, drafts: 2, threshold: 0.9 } as const,
  results: results(outputTokens, right),
});

describe("pricedWays", () => {
  const samples = [whole(2, 100, 0.6), whole(1, 200, 0.7), whole(0.1, 400, 0.75)];

  it("takes whole samples until a search brings more for its tokens, then the searches that no mixture of others beats, and at the line between two what does no worse than the first", () => {
    const small = search(2, 300, 0.76);
    const ways = pricedWays(samples, [search(3, 390, 0.765), search(4, 500, 0.78), small]);
    expect(ways.map(({ tokenGain, way }) => [tokenGain, "samples" in way ? way.samples : 0])).toEqual([
      [2, 0],
      [1, 0],
      [0.6, 2],
      [0.101, 3],
      [0.1, 4],
    ]);
    expect(ways[3]?.right).toBeCloseTo(0.769);
  });

  it("lets searches that cannot be told apart follow each other by their tokens, at what is expected of both", () => {
    const ways = pricedWays(samples, [search(9, 600, 0.77), search(4, 500, 0.78), search(2, 300, 0.76)]);
    expect(ways.map(({ tokenGain, way }) => [tokenGain, "samples" in way ? way.samples : 0]).slice(2)).toEqual([
      [0.6, 2],
      [0.075, 4],
      [0.0375, 9],
    ]);
    expect(ways.slice(-2).map(({ right }) => right)).toEqual([0.775, 0.775]);
  });

  it("keeps to whole samples where no search brings more", () => {
    expect(pricedWays(samples, [search(2, 500, 0.7)]).map(({ tokenGain }) => tokenGain)).toEqual([2, 1, 0.1]);
    expect(pricedWays(samples, []).map(({ tokenGain }) => tokenGain)).toEqual([2, 1, 0.1]);
  });

  it("gives each way a lower price than the one before", () => {
    const ways = pricedWays([whole(0.2, 100, 0.5), whole(0.1, 200, 0.55)], [search(2, 110, 0.7)]);
    expect(ways.map(({ tokenGain }) => tokenGain)).toEqual([0.2, 0.198]);
  });
});
