import { basename } from "node:path";
import type { ProblemRecord } from "@reckon/core";
import {
  defaultStop,
  type ProblemResult,
  peerStops,
  profileOf,
  readStop,
  runStudy,
  type StopSetup,
  type StudyProblem,
  type StudySummary,
  studyProblem,
  summarizeStudy,
} from "@reckon/planning";
import { mean } from "@reckon/stats";
import { readRecordFile } from "@reckon/store";
import type { Estimate } from "../bootstrap-mean.ts";
import { percent, percentWithInterval, pointsWithInterval } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import { wordsFlag } from "../list-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { FlagValues, Part } from "../part.ts";
import { gsm8kRecords } from "./gsm8k-records.ts";
import { fixedSetup, fixedSizes, gainAtEqualTokens } from "./matched-tokens.ts";
import { type Mix, mixes, syntheticRecords } from "./synthetic-records.ts";

/** Problems and what to call them. */
interface RecordSet {
  readonly name: string;
  readonly problems: readonly StudyProblem[];
  /** Fitted for the model that made them. */
  readonly model: string;
}

/** One rule on one set. */
interface RuleResult {
  readonly rule: string;
  readonly summary: StudySummary;
  readonly gain: Estimate | undefined;
  readonly hardGain: Estimate | undefined;
}

/** A question is hard where one sample is right so often. */
const HARD = { from: 0.3, to: 0.8 };

/** Every stop rule beside a majority of 40 in parallel, over one or several sets of records. */
export const stoppingPart: Part = {
  name: "stopping",
  summary:
    "stop rules and schedules beside a parallel majority and beside fixed N at equal tokens, over record files and synthetic sets",
  flags: {
    records: { type: "string" },
    gsm8k: { type: "string" },
    synthetic: { type: "string" },
    rules: { type: "string" },
    draws: { type: "string" },
    seed: { type: "string" },
    "baseline-n": { type: "string" },
    weighed: { type: "boolean" },
    mix: { type: "string" },
  },
  async run(flags, progress) {
    const draws = integerFlag(flags, "draws", 50, 1, 10_000);
    const seed = integerFlag(flags, "seed", 1, 0, 2 ** 32 - 1);
    const n = integerFlag(flags, "baseline-n", 40, 1, 10_000);
    const rules = rulesOf(flags);
    const weighed = flags.weighed === true;
    const sets = await setsOf(flags, seed);
    const results = sets.map((set) => {
      progress(`${set.name}: ${set.problems.length} problems`);
      return compare(set, rules, { draws, seed, n, weighed });
    });
    return {
      title: "Stopping",
      notes: [
        `${draws} draws of each problem, seed ${seed}; baseline: a majority of ${n} in parallel, or of all samples that there are`,
        "tokens and latency (tokens on the critical path) are parts of the baseline's; intervals are 95 %, over problems, paired",
        ...(weighed
          ? [
              "rules go by vote counts, answers and fixed N by votes weighed by score where there is one; the baseline is a majority",
            ]
          : []),
        `hard: one sample is right in ${100 * HARD.from} to ${100 * HARD.to} % of the cases; gain: points above fixed N at equal tokens`,
      ],
      tables: [
        ...sets.map((set, i) => tableOf(set, results[i] ?? [])),
        ...(sets.length > 1 ? [meansOf(rules, results)] : []),
      ],
      figures: Object.fromEntries(sets.map((set, i) => [set.name, results[i]])),
    };
  },
};

function rulesOf(flags: FlagValues): [string, StopSetup][] {
  if (typeof flags.rules === "string") return flags.rules.split(";").map((text) => [text, readStop(text)]);
  const full = (text: string, window: number) =>
    ({ ...readStop(text), window, samples: 40, schedule: "full" }) as const;
  const atOnce = peerStops["beta-at-once"] ?? defaultStop;
  return [
    ...[1, 4, 8, 16].map((size): [string, StopSetup] => [`fixed ${size}`, fixedSetup(size)]),
    ...Object.entries(peerStops),
    ["beta at once, guard 1", { ...atOnce, rule: { ...atOnce.rule, guard: 1 } }],
    ["beta at once, in order", { ...atOnce, rule: { ...atOnce.rule, inOrder: true } }],
    ["beta 0.95, window 4", full("beta", 4)],
    ["beta 0.95, window 8", full("beta", 8)],
    ["the same, guard 1", full("beta:guard=1", 8)],
    ["the same, in order", full("beta:in-order=1", 8)],
    ["Dirichlet 0.95, window 8", full("dirichlet", 8)],
    ["value 0.01, window 8", readStop("value:gain=0.01,window=8,n-max=40")],
    ["default", defaultStop],
  ];
}

async function setsOf(flags: FlagValues, seed: number): Promise<RecordSet[]> {
  const setOf = (name: string, records: readonly ProblemRecord[]): RecordSet => {
    const model = records[0]?.versions?.model ?? "";
    const signs = { score: flags.weighed === true, logprob: flags.weighed === true };
    const { scoring } = profileOf(model);
    return { name, model, problems: records.map((record) => studyProblem(record, { signs, scoring })) };
  };
  const sets: RecordSet[] = [];
  for (const file of typeof flags.records === "string" ? flags.records.split(",") : []) {
    sets.push(setOf(basename(file, ".jsonl"), await Array.fromAsync(readRecordFile(file))));
  }
  if (typeof flags.gsm8k === "string") sets.push(setOf("GSM8K, four models", gsm8kRecords(flags.gsm8k)));
  const problems = integerFlag(flags, "synthetic", sets.length === 0 ? 500 : 0, 0, 100_000);
  const chosen =
    typeof flags.mix === "string" ? (wordsFlag(flags, "mix", mixes) as readonly Mix[]) : (["even"] as const);
  for (const mix of problems > 0 ? chosen : []) {
    for (const lengthBias of [0, 0.5, -0.5]) {
      const name = ["synthetic", lengthBias > 0 && "wrong chains short", lengthBias < 0 && "right chains short"];
      const records = syntheticRecords({ problems, samples: 80, seed, lengthBias, mix });
      sets.push(setOf([...name, mix !== "even" && mix].filter(Boolean).join(", "), records));
    }
  }
  return sets;
}

function compare(
  set: RecordSet,
  rules: readonly [string, StopSetup][],
  { draws, seed, n, weighed }: { draws: number; seed: number; n: number; weighed: boolean },
): RuleResult[] {
  const { errorModel, calibrators, scoring } = profileOf(set.model);
  const options = { draws, seed, scoring, blind: true, confidence: { errorModel, calibrators } } as const;
  const selection = weighed ? "weighted-vote" : "majority";
  const run = (setups: readonly StopSetup[]) => runStudy(set.problems, setups, { ...options, selection });
  const fixed = run(fixedSizes.filter((size) => size <= n).map(fixedSetup));
  const [baseline = []] = runStudy(set.problems, [fixedSetup(n)], { ...options, selection: "majority" });
  const single = (index: number) => fixed[0]?.[index]?.accuracy ?? 0;
  const isHard = (index: number) => single(index) >= HARD.from && single(index) <= HARD.to;
  return run(rules.map(([, setup]) => setup)).map((mine: readonly ProblemResult[], i) => ({
    rule: rules[i]?.[0] ?? "",
    summary: summarizeStudy(mine, baseline, seed),
    gain: gainAtEqualTokens(mine, fixed),
    hardGain: gainAtEqualTokens(mine, fixed, isHard),
  }));
}

function tableOf(set: RecordSet, results: readonly RuleResult[]): Table {
  return {
    caption: `${set.name}: ${set.problems.length} problems`,
    columns: ["rule", "right", "points to baseline", "tokens", "latency", "worst problem", "gain", "gain, hard"],
    rows: results.map(({ rule, summary, gain, hardGain }) => [
      rule,
      percent(summary.accuracy?.value),
      pointsWithInterval(summary.accuracyDifference, 2),
      percentWithInterval(summary.tokensFraction),
      percentWithInterval(summary.latencyFraction, 0),
      summary.worstProblemLoss === undefined ? "–" : `-${(100 * summary.worstProblemLoss.value).toFixed(0)}`,
      pointsWithInterval(gain, 2),
      pointsWithInterval(hardGain, 2),
    ]),
  };
}

/** Means over sets, and the worst of them. */
function meansOf(rules: readonly [string, StopSetup][], results: readonly (readonly RuleResult[])[]): Table {
  const over = (i: number, of: (summary: StudySummary) => number | undefined) =>
    results.flatMap((rows) => (rows[i] === undefined ? [] : (of(rows[i].summary) ?? [])));
  const points = (value: number | undefined) => (value === undefined ? "–" : (100 * value).toFixed(2));
  return {
    caption: "All sets",
    columns: ["rule", "points to baseline", "worst set", "tokens", "latency"],
    rows: rules.map(([rule], i) => {
      const differences = over(i, (summary) => summary.accuracyDifference?.value);
      return [
        rule,
        points(mean(differences)),
        points(differences.length > 0 ? Math.min(...differences) : undefined),
        percent(mean(over(i, (summary) => summary.tokensFraction?.value))),
        percent(mean(over(i, (summary) => summary.latencyFraction?.value)), 0),
      ];
    }),
  };
}
