import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultStop, peerStops } from "./default-stop.ts";
import { readStop, stopRules, writeStop } from "./stop-text.ts";

describe("readStop", () => {
  it("reads a rule, its parameters, and those of its schedule", () => {
    expect(readStop("default")).toEqual(defaultStop);
    expect(readStop("esc")).toEqual(peerStops["esc"]);
    expect(readStop("beta:threshold=0.9,min-votes=3,guard=0.5,in-order=1,window=8,n-max=40,schedule=full")).toEqual({
      rule: { name: "beta", threshold: 0.9, minVotes: 3, guard: 0.5, inOrder: true },
      ...{ window: 8, samples: 40, schedule: "full" },
    });
  });

  it("comes back from what writeStop wrote", () => {
    const setups = fc.record({
      rule: fc.constantFrom(...Object.values(stopRules)).map((rule) => ({ ...rule, threshold: 0.625, guard: 0.25 })),
      window: fc.integer({ min: 1, max: 99 }),
      samples: fc.integer({ min: 1, max: 99 }),
      schedule: fc.constantFrom("ramp", "full", "batch", "doubling"),
    });
    fc.assert(
      fc.property(setups, (setup) => {
        expect(readStop(writeStop(setup))).toEqual(setup);
      }),
    );
    expect(readStop(writeStop(defaultStop))).toEqual(defaultStop);
  });

  it("says what it does not understand, and what there is", () => {
    expect(() => readStop("bta")).toThrow(/no stop rule "bta"; did you mean beta\?/);
    expect(() => readStop("beta:treshold=1")).toThrow(/no parameter "treshold"; did you mean threshold\?/);
    expect(() => readStop("beta:threshold=0")).toThrow(/threshold is "0"; it takes a number above 0 to 1/);
    expect(() => readStop("beta:threshold=")).toThrow(/key=value/);
    expect(() => readStop("beta:schedule=fast")).toThrow(/schedule is "fast"; it takes ramp, full, batch, doubling/);
    expect(() => readStop("toString")).toThrow(/no stop rule/);
  });
});
