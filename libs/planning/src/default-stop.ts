import type { StopRule } from "@reckon/core";
import type { Schedule } from "./window.ts";

/** A stop rule with all that it is replayed or run with. */
export interface StopSetup {
  readonly rule: StopRule;
  /** K, the most samples in flight; `Infinity`: all at once. */
  readonly window: number;
  /** N, the most samples. */
  readonly samples: number;
  readonly schedule: Schedule;
}

/**
 * The rule that is replayed where none is named, with its own window and cap; it also stops `adaptive` where no verifier scores. Chosen
 * over its neighbours on records and synthetic sets, and shown on others: docs/stopping.md.
 */
export const defaultStop: StopSetup = {
  rule: { name: "value", threshold: 1, minVotes: 1, minGain: 0.007 },
  window: 5,
  samples: 16,
  schedule: "ramp",
};

const beta: StopRule = { name: "beta", threshold: 0.95, minVotes: 1 };

/** Rules with the schedules of other systems, for comparison, as their sources have them; N = 40. */
export const peerStops: Readonly<Record<string, StopSetup>> = {
  /** arXiv 2305.11860, Beta version: one sample after the other. */
  "adaptive-consistency": { rule: beta, window: 1, samples: 40, schedule: "full" },
  /** arXiv 2401.10480: blocks of five until one is unanimous. */
  esc: { rule: { name: "unanimous", threshold: 1, minVotes: 5, span: 5 }, window: 5, samples: 40, schedule: "batch" },
  /** its_hub, adaptive self-consistency: 2, 4, 8, ... samples until the leader has three quarters of the votes. */
  "its-doubling": {
    ...{ rule: { name: "share", threshold: 0.75, minVotes: 2 }, window: 40, samples: 40 },
    schedule: "doubling",
  },
  /** its_hub, Beta self-consistency: all at once, the rest cancelled when two or more decide. */
  "beta-at-once": { rule: { ...beta, minVotes: 2 }, window: 40, samples: 40, schedule: "full" },
};
