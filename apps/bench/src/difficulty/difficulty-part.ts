import { calibrationError, mean, spearman } from "@reckon/stats";
import { type Estimate, estimateStatistic } from "../bootstrap-mean.ts";
import { decimal } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { Part } from "../part.ts";
import { loadRecords, recordFlags } from "../records.ts";
import { type AskedQuestion, askedOfRecords, readGsm8k } from "./asked-question.ts";
import { type Learning, learnings, type PredictedError, type PredictOptions, predictErrors } from "./predict-errors.ts";

const resamples = 500;
const names: Record<Learning, (outcomes: number) => string> = {
  start: () => "start weights",
  live: (outcomes) => `${outcomes} outcomes, votes and confidence`,
  known: (outcomes) => `${outcomes} outcomes, right or wrong known`,
  trained: () => "trained on labelled samples",
};

/** How well the difficulty that is predicted from a question ranks the share of its samples that went wrong. */
export const difficultyPart: Part = {
  name: "difficulty",
  summary: "predicted against observed single-sample error, before and after outcomes, on foreign domains too",
  flags: { ...recordFlags, outcomes: { type: "string" }, draws: { type: "string" }, gsm8k: { type: "string" } },
  async run(flags, progress) {
    const { origin, problems } = await loadRecords(
      flags,
      { split: "validation", problems: 1500, reuse: true },
      progress,
    );
    const outcomes = integerFlag(flags, "outcomes", 200, 1, 100_000);
    const draws = integerFlag(flags, "draws", 5, 1, 100);
    const options = { outcomes, seeds: Array.from({ length: draws }, (_, i) => i + 1) };
    const asked = askedOfRecords(problems, origin.model);
    progress("own domains");
    const own = halves(asked, options);
    const foreign = foreignFamilies(asked, options, progress);
    const gsm8k = typeof flags.gsm8k === "string" ? readGsm8k(flags.gsm8k) : undefined;
    const beyond = gsm8k === undefined ? [] : [abroad(asked, gsm8k, options, progress)];
    return {
      title: "Difficulty that learns",
      notes: [
        `${origin.problems} problems of the ${origin.split} split (seed ${origin.seed}), ${origin.samples} samples each: the share that is wrong is the observed error`,
        `outcomes in ${draws} random orders (seeds 1-${draws}), the mean of all; intervals: 95 %, problems resampled ${resamples} times`,
        "an outcome is how a replay of the adaptive plan ends; log loss in nats and ECE (15 bins) of the predicted error a sample",
      ],
      tables: [own.table, ...foreign.tables, ...beyond.map((one) => one.table)],
      figures: { own: own.figures, foreign: foreign.figures, gsm8k: beyond[0]?.figures },
    };
  },
};

interface Row {
  readonly spearman: Estimate | undefined;
  readonly logLoss: number;
  readonly ece: number | undefined;
}

function rowOf(items: readonly PredictedError[]): Row {
  return {
    spearman: estimateStatistic(items, rankCorrelation, resamples),
    logLoss: mean(items.flatMap(({ predicted, observed }) => predicted.map((p) => lossOf(p, observed)))) ?? Number.NaN,
    ece: mean(eachDraw(items).map((draw) => calibrationError(draw.flatMap(samplesOf)) ?? Number.NaN)),
  };
}

/** Mean over the draws. */
function rankCorrelation(items: readonly PredictedError[]): number {
  const observed = items.map((item) => item.observed);
  const each = (items[0]?.predicted ?? []).map((_, draw) =>
    spearman(
      items.map((item) => item.predicted[draw] as number),
      observed,
    ),
  );
  return mean(each.map((one) => one ?? 0)) ?? Number.NaN;
}

interface Drawn {
  readonly probability: number;
  readonly asked: AskedQuestion;
}

function eachDraw(items: readonly PredictedError[]): Drawn[][] {
  return (items[0]?.predicted ?? []).map((_, draw) =>
    items.map(({ predicted, asked }) => ({ probability: predicted[draw] as number, asked })),
  );
}

/** A prediction of error a sample; "correct" is that it went wrong. */
function samplesOf({ probability, asked }: Drawn) {
  return Array.from({ length: asked.samples }, (_, i) => ({ probability, correct: i >= asked.right }));
}

function lossOf(predicted: number, observed: number): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, predicted));
  return -(observed * Math.log(p) + (1 - observed) * Math.log(1 - p));
}

function halves(asked: readonly AskedQuestion[], options: PredictOptions) {
  const [from, of] = [0, 1].map((rest) => asked.filter((_, i) => i % 2 === rest)) as [AskedQuestion[], AskedQuestion[]];
  return tableOf(
    "Own domains: learned on one half of the problems, predicted on the other",
    Object.fromEntries(learnings.map((learning) => [learning, rowOf(predictErrors(from, of, learning, options))])),
    options,
  );
}

function tableOf(caption: string, rows: Record<string, Row>, { outcomes }: PredictOptions) {
  const table: Table = {
    caption,
    columns: ["", "Spearman", "log loss", "ECE"],
    rows: Object.entries(rows).map(([learning, row]) => [
      names[learning as Learning](outcomes),
      withInterval(row.spearman),
      decimal(row.logLoss, 3),
      decimal(row.ece, 3),
    ]),
  };
  return { table, figures: rows };
}

function withInterval(estimate: Estimate | undefined): string {
  if (estimate === undefined) return decimal(undefined);
  return `${decimal(estimate.value, 3)} [${decimal(estimate.low, 3)}, ${decimal(estimate.high, 3)}]`;
}

/** Every family once as the one that nothing was learned of; all predictions together make the last table. */
function foreignFamilies(asked: readonly AskedQuestion[], options: PredictOptions, progress: (line: string) => void) {
  const families = [...new Set(asked.map((one) => one.family))];
  const each = families.map((family) => {
    progress(`foreign: ${family}`);
    const [of, from] = [asked.filter((one) => one.family === family), asked.filter((one) => one.family !== family)];
    return { family, byLearning: learnings.map((learning) => predictErrors(from, of, learning, options)) };
  });
  const together = learnings.map((learning, i) => [
    learning,
    rowOf(each.flatMap(({ byLearning }) => byLearning[i] as PredictedError[])),
  ]);
  const within = learnings.map((_, i) =>
    mean(each.map(({ byLearning }) => rankCorrelation(byLearning[i] as PredictedError[]))),
  );
  const perFamily = each.map(({ family, byLearning }) => ({ family, rows: byLearning.map(rowOf) }));
  const families_: Table = {
    caption: "Spearman within a family of which nothing was learned",
    columns: ["", ...learnings.map((learning) => names[learning](options.outcomes))],
    rows: [
      ...perFamily.map(({ family, rows }) => [family, ...rows.map((row) => withInterval(row.spearman))]),
      ["mean of families", ...within.map((value) => decimal(value, 3))],
    ],
  };
  const all = tableOf(
    "Foreign domains: each family predicted by what the others taught, all together",
    Object.fromEntries(together) as Record<string, Row>,
    options,
  );
  return { tables: [all.table, families_], figures: { together: all.figures, perFamily, within } };
}

/** Questions of people and samples of other models: predicted by what the embedded model's taught, and by outcomes of their own. */
function abroad(
  asked: readonly AskedQuestion[],
  gsm8k: readonly AskedQuestion[],
  options: PredictOptions,
  progress: (line: string) => void,
) {
  progress("gsm8k");
  const [from, of] = [0, 1].map((rest) => gsm8k.filter((_, i) => i % 2 === rest)) as [AskedQuestion[], AskedQuestion[]];
  const rows: [string, PredictedError[]][] = [
    ["start weights", predictErrors(from, of, "start", options)],
    [`${options.outcomes} outcomes of the embedded model`, predictErrors(asked, of, "known", options)],
    [`${options.outcomes} outcomes of their own`, predictErrors(from, of, "known", options)],
    ["trained on the other half", predictErrors(from, of, "trained", options)],
  ];
  const figures = Object.fromEntries(rows.map(([name, items]) => [name, rowOf(items)]));
  const table: Table = {
    caption: "GSM8K: one half of its test questions, the share of four models that is wrong",
    columns: ["", "Spearman", "log loss", "ECE"],
    rows: Object.entries(figures).map(([name, row]) => [
      name,
      withInterval(row.spearman),
      decimal(row.logLoss, 3),
      decimal(row.ece, 3),
    ]),
  };
  return { table, figures };
}
