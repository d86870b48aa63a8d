import type { StopRule } from "@reckon/core";
import { profileOf } from "@reckon/planning";
import { calibrationError, mean, type Prediction } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import { numbersFlag } from "../list-flag.ts";
import type { Part } from "../part.ts";
import { scoringFlags, scoringOf } from "../prm-use.ts";
import { groups } from "../problems.ts";
import { loadRecords, recordFlags } from "../records.ts";
import { type Replayed, type ReplayPlan, runReplay } from "./run-replay.ts";

const THRESHOLDS = [0.7, 0.8, 0.85, 0.9, 0.95, 0.98];
const GAINS = [0, 0.01, 0.02, 0.05];

/** What rules are tried; comma-separated numbers. */
const gridFlags = { thresholds: { type: "string" }, gains: { type: "string" } } as const;

/** Stop rules run offline over recorded samples, by the functions that decide live: what accuracy each buys for which tokens. */
export const replayPart: Part = {
  name: "replay",
  summary: "stop rules replayed over recorded samples: accuracy against tokens, offline and in seconds",
  flags: { ...recordFlags, ...scoringFlags, window: { type: "string" }, orders: { type: "string" }, ...gridFlags },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "validation", problems: 400, reuse: true }, progress);
    const orders = integerFlag(flags, "orders", 4, 1, 100);
    const window = integerFlag(flags, "window", 8, 1, 256);
    const gains = numbersFlag(flags, "gains", GAINS, 0, 1);
    const scoring = scoringOf(flags, records.origin.model);
    const samples = records.origin.samples;
    const profile = { ...profileOf(records.origin.model), scoring };
    const base = { window, samples, profile, selection: "weighted-vote", signs: "both" } as const;
    const blind = { ...base, selection: "majority", signs: undefined } as const;
    const none: StopRule = { name: "none", threshold: 1, minVotes: 1 };
    const plans: [string, ReplayPlan][] = [
      [`fixed ${samples}, majority`, { ...blind, stopRule: none }],
      [`fixed ${samples}, weighted vote`, { ...base, stopRule: none }],
      ...[0.9, 0.95].map((threshold): [string, ReplayPlan] => [
        `beta ${threshold}, majority`,
        { ...blind, stopRule: { name: "beta", threshold, minVotes: 2 } },
      ]),
      ...numbersFlag(flags, "thresholds", THRESHOLDS, 0, 1).flatMap((threshold) =>
        gains.map((minGain): [string, ReplayPlan] => [
          `confidence ${threshold}, gain ${minGain}`,
          { ...base, stopRule: { name: "confidence", threshold, minVotes: 1, minGain } },
        ]),
      ),
    ];
    const results = plans.map(([name, plan]) => [name, runReplay(records.problems, plan, orders)] as const);
    const reference = sumTokens(results[0]?.[1] ?? []);
    return {
      title: "Stop rules, replayed",
      notes: [
        `${records.origin.problems} problems of the ${records.origin.split} split, ${samples} samples each in ${orders} orders, window ${window}`,
        "tokens: output tokens as a share of the first row's; time: mean tokens on the critical path",
      ],
      tables: [
        {
          caption: "Accuracy against tokens",
          columns: ["", "right", "tokens", "time", "ECE", ...groups.slice(1).map((band) => `${band}: right, samples`)],
          rows: results.map(([name, all]) => [
            name,
            percent(accuracy(all)),
            percent(sumTokens(all) / reference),
            decimal(mean(all.map((one) => one.latencyTokens)), 0),
            decimal(calibrationError(predictions(all)), 3),
            ...groups.slice(1).map((band) => {
              const some = all.filter((one) => one.problem.band === band);
              return `${percent(accuracy(some))}, ${decimal(mean(some.map((one) => one.started)))}`;
            }),
          ]),
        },
      ],
      figures: Object.fromEntries(
        results.map(([name, all]) => [name, { accuracy: accuracy(all), tokens: sumTokens(all) / reference }]),
      ),
    };
  },
};

function accuracy(replayed: readonly Replayed[]): number {
  return mean(replayed.map((one) => Number(one.correct))) ?? 0;
}

function sumTokens(replayed: readonly Replayed[]): number {
  return replayed.reduce((sum, one) => sum + one.outputTokens, 0);
}

function predictions(replayed: readonly Replayed[]): Prediction[] {
  return replayed.flatMap((one) =>
    one.confidence === undefined ? [] : [{ probability: one.confidence.value, correct: one.correct }],
  );
}
