import type { StopRule } from "@reckon/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StopSetup } from "../default-stop.ts";
import { peerStops } from "../default-stop.ts";
import { type RecordedSample, replay } from "../replay.ts";
import { stopRules } from "../stop-text.ts";
import { schedules } from "../window.ts";
import { createCountDecisions, stopCodes } from "./count-decisions.ts";
import { createCountGraph } from "./count-graph.ts";
import { createCountReplay } from "./replay-counts.ts";

const prior = { alpha: 1.3, beta: 0.9 };
const letters = ["a", "b", "c", "d", "e"];

const anySample = fc.record({
  canonical: fc.option(fc.constantFrom(...letters), { nil: undefined, freq: 9 }),
  // Few lengths, so that many samples end in the same tick.
  outputTokens: fc.integer({ min: 0, max: 30 }),
});
const anyRule: fc.Arbitrary<StopRule> = fc
  .record({
    rule: fc.constantFrom(...Object.values(stopRules)),
    threshold: fc.double({ min: 0.5, max: 1, noNaN: true }),
    minVotes: fc.integer({ min: 1, max: 5 }),
    minGain: fc.constantFrom(0, 0.02, 0.1),
    guard: fc.constantFrom(0, 0, 0.5, 1),
    inOrder: fc.boolean(),
    span: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ rule, guard, inOrder, ...more }) =>
    rule.name === "unanimous" ? { ...rule, ...more } : { ...rule, ...more, guard, inOrder },
  );
const anySetup: fc.Arbitrary<StopSetup> = fc.record({
  rule: anyRule,
  window: fc.integer({ min: 1, max: 12 }),
  samples: fc.integer({ min: 1, max: 16 }),
  schedule: fc.constantFrom(...schedules),
});

/** One run through both, in the order given. */
function both(samples: readonly RecordedSample[], setup: StopSetup) {
  const graph = createCountGraph();
  const run = createCountReplay(setup, graph, { samples: samples.length, candidates: letters.length });
  const columns = {
    candidates: Int32Array.from(samples, (s) => (s.canonical === undefined ? -1 : letters.indexOf(s.canonical))),
    tokens: Float64Array.from(samples, (s) => s.outputTokens),
    candidateCount: letters.length,
  };
  const order = Int32Array.from(samples, (_, i) => i);
  const decisions = createCountDecisions(setup, graph, { prior });
  const quick = run(columns, order, Math.min(samples.length, setup.samples), decisions);
  const { cast, ...counted } = quick;
  const { rule: stopRule, window, schedule } = setup;
  const plain = replay(samples, {
    ...{ stopRule, window, schedule, samples: setup.samples, selection: "majority", confidence: { prior } },
  });
  return {
    quick: {
      ...counted,
      candidate: letters[quick.candidate],
      stop: stopCodes[quick.stop],
      cast: [...cast.subarray(0, quick.voted)],
    },
    plain: {
      candidate: plain.canonical,
      stop: plain.stopReason,
      started: plain.started,
      voted: plain.voted,
      tokens: plain.outputTokens,
      latency: plain.latencyTokens,
      cast: plain.votes.map(({ sample }) => sample),
    },
  };
}

describe("createCountReplay", () => {
  it("decides as replay does, by any rule and schedule", () => {
    fc.assert(
      fc.property(fc.array(anySample, { maxLength: 20 }), anySetup, (samples, setup) => {
        const { quick, plain } = both(samples, setup);
        expect(quick).toEqual(plain);
      }),
      { numRuns: 1000 },
    );
  });

  it("decides as replay does by the rules of others", () => {
    fc.assert(
      fc.property(
        fc.array(anySample, { minLength: 40, maxLength: 45 }),
        fc.constantFrom(...Object.values(peerStops)),
        (samples, setup) => {
          const { quick, plain } = both(samples, setup);
          expect(quick).toEqual(plain);
        },
      ),
      { numRuns: 40 },
    );
  });
});
