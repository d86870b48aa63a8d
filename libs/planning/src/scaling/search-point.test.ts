import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curvesOf, type ModelCurves } from "./model-curves.ts";
import { choosePlan, type PlannedProblem, paretoFront, planOptions, predictOption } from "./plan-options.ts";
import { planProblems } from "./plan-problems.ts";
import { believedLogOdds, type SearchPoint } from "./search-point.ts";

const curves = curvesOf("reckon-embedded-1") as ModelCurves;
const problem: PlannedProblem = {
  difficulty: { score: 0.35, priorAlpha: 2, priorBeta: 1, historyCount: 0, overridden: false },
  promptBytes: 30,
};

/** A search that takes four samples' output and half as much again for prefixes, and adds so much. */
function withSearch(logOdds: number, standardError = 0.1, method: SearchPoint["method"] = "beam"): ModelCurves {
  const costs = curves.bands.map(({ outputTokens }) => ({
    ...{ calls: 16, outputTokens: 4 * outputTokens, promptTokens: 2 * outputTokens, verifierTokens: 4 * outputTokens },
  }));
  const point = { method, samples: 2, logOdds, standardError, costs };
  return { ...curves, searches: { measuredOn: "a test", points: [point] } };
}

const optionsOf = (measured: ModelCurves) => planOptions(problem, [{ model: "m", curves: measured }]);
const beamOf = (measured: ModelCurves) => optionsOf(measured).find(({ method }) => method === "beam");
const voteOf4 = optionsOf(curves).find(({ method, samples }) => method === "best-of-n" && samples === 4);

describe("what a search adds", () => {
  it("is believed as far as chance alone could not have brought it, never beyond what was measured", () => {
    expect(believedLogOdds({ logOdds: 0.5, standardError: 0 })).toBe(0.5);
    expect(believedLogOdds({ logOdds: 0.5, standardError: 0.25 })).toBeCloseTo(0.375, 12);
    expect(believedLogOdds({ logOdds: 0.1, standardError: 0.2 })).toBe(0);
    expect(believedLogOdds({ logOdds: -0.5, standardError: 0.25 })).toBeCloseTo(-0.375, 12);
    const odds = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(odds, fc.double({ min: 0, max: 3, noNaN: true }), (logOdds, standardError) => {
        const believed = believedLogOdds({ logOdds, standardError });
        expect(Math.abs(believed)).toBeLessThanOrEqual(Math.abs(logOdds));
        expect(believed * logOdds).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("moves the accuracy of a vote of as many output tokens", () => {
    const odds = (p: number) => Math.log(p / (1 - p));
    const beam = beamOf(withSearch(0.5, 0.25));
    expect(beam).toMatchObject({ samples: 2, window: 8 });
    expect(odds(beam?.accuracy ?? 0)).toBeCloseTo(odds(voteOf4?.accuracy ?? 0) + 0.375, 6);
    expect(beam?.cost.outputTokens).toBeCloseTo(voteOf4?.cost.outputTokens ?? 0, 9);
    expect(beam?.cost).toMatchObject({ calls: 16, latencyMs: undefined });
  });

  it("is planned only where it is known to add something, by a process reward model", () => {
    expect(beamOf(withSearch(0.1, 0.2))).toBeUndefined();
    expect(beamOf(withSearch(-0.5))).toBeUndefined();
    expect(beamOf({ ...withSearch(0.5), verified: false })).toBeUndefined();
    expect(beamOf(curvesWithoutBands())).toBeUndefined();
  });

  it("is weighed against its cost in the budget's own unit", () => {
    const options = optionsOf(withSearch(0.5));
    const amount = 1.001 * (voteOf4?.cost.outputTokens ?? 0);
    expect(choosePlan(options, { budgets: [{ unit: "output-tokens", amount }] })?.method).toBe("beam");
    // The same output with prefixes to compute: no longer within what the vote takes.
    const all = 1.001 * (voteOf4?.cost.totalTokens ?? 0);
    expect(choosePlan(options, { budgets: [{ unit: "total-tokens", amount: all }] })?.method).not.toBe("beam");
    expect(paretoFront(options, "output-tokens").map(({ method }) => method)).toContain("beam");
    expect(paretoFront(options, "seconds")).toEqual([]);
  });

  it("is left out where its cost is not known, without a word against the unit", () => {
    const serving = { tokensPerSecond: 100 };
    const candidates = [{ model: "m", curves: withSearch(5), serving }];
    const named = [{ id: "p", ...problem }];
    const timed = planProblems(named, candidates, { budget: { unit: "seconds", amount: 1e3 } });
    expect(timed.problems[0]?.option?.method).toBe("best-of-n");
    const counted = planProblems(named, candidates, { budget: { unit: "output-tokens", amount: 1e3 } });
    expect(counted.problems[0]?.option?.method).toBe("beam");
    expect(counted.total.spent).toBeLessThanOrEqual(1e3);
  });

  it("has an interval around it, wider than that of the vote", () => {
    const candidates = [{ model: "m", curves: withSearch(0.5, 0.25) }];
    const beam = planOptions(problem, candidates).find(({ method }) => method === "beam");
    const search = beam && predictOption(beam, problem, candidates);
    const vote = voteOf4 && predictOption({ ...voteOf4, model: "m" }, problem, candidates);
    expect(search?.value).toBeCloseTo(beam?.accuracy ?? 0, 9);
    expect(search?.extrapolated).toBe(false);
    const width = (one: typeof search) => (one?.high ?? 0) - (one?.low ?? 0);
    expect(search?.low).toBeLessThan(search?.value ?? 0);
    expect(width(search)).toBeGreaterThan(width(vote));
  });
});

/** Of bands that nobody has measured. */
function curvesWithoutBands(): ModelCurves {
  const measured = withSearch(0.5);
  const points = measured.searches?.points.map((point) => ({ ...point, costs: [] })) ?? [];
  return { ...measured, searches: { measuredOn: "a test", points } };
}
