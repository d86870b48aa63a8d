import { type Scoring, scorePower } from "@reckon/planning";
import { mean } from "@reckon/stats";
import { type Estimate, estimateMean } from "./bootstrap-mean.ts";
import { sampleLengths, stepAuc, withinQuestionAuc, withinQuestionAucDifference } from "./discrimination.ts";
import { decimal, percent, percentWithInterval, pointsWithInterval } from "./format.ts";
import type { Table } from "./markdown-table.ts";
import type { Report } from "./part.ts";
import { groups } from "./problems.ts";
import type { ProblemRecord, Records, SampleRecord } from "./sample-record.ts";
import { jointScore, majorityOf, modelSelectors, prmScore, weightedVoteOf } from "./selectors.ts";

type ByGroup = Record<string, Estimate | undefined>;

/** The tables of the model card from recorded samples; intervals are 95 % bootstrap intervals over problems. */
export function modelReport(records: Records, prm: Scoring): Report {
  const { origin, problems } = records;
  const of = (group: string) => problems.filter((problem) => group === "all" || problem.band === group);
  const accuracy = Object.fromEntries(
    modelSelectors(origin.samples, prm).map((selector) => [
      selector.name,
      byGroup((group) => estimateMean(of(group).map((problem) => selector.accuracy(problem)))),
    ]),
  );
  const quality = discrimination(of, prm);
  const gains = gainsOf(of, origin.samples, prm);
  const families = familyAccuracy(problems);
  const lengths = Object.fromEntries(groups.map((group) => [group, sampleLengths(of(group))]));
  const columns = ["", ...groups.map((group) => `${group} (${of(group).length})`)];
  return {
    title: `The embedded model: ${origin.model}`,
    notes: [
      `${origin.problems} problems of the ${origin.split} split (seed ${origin.seed}), ${origin.samples} samples each, temperature ${origin.temperature}; on the engine itself, no checker, no stop rule`,
      `a sample's PRM score is the ${prm.aggregation} of its steps' scores, its vote the score to the power ${scorePower(prm, false)}`,
      `mean lines and tokens of a sample: ${groups.map((g) => `${g} ${decimal(lengths[g]?.lines)} and ${decimal(lengths[g]?.tokens)}`).join(", ")}`,
      "in brackets: 95 % bootstrap intervals over problems; sizes below the number of samples are means over subsets and ties",
    ],
    tables: [
      { caption: "Right answers", columns, rows: rowsOf(accuracy, percentWithInterval) },
      { caption: "Differences in points, paired by problem", columns, rows: rowsOf(gains, pointsWithInterval) },
      { caption: "Telling right from wrong (AUC)", columns, rows: rowsOf(quality, aucWithInterval) },
      families.table,
    ],
    figures: { origin, prm, accuracy, gains, discrimination: quality, families: families.figures, lengths },
  };
}

function byGroup(estimate: (group: string) => Estimate | undefined): ByGroup {
  return Object.fromEntries(groups.map((group) => [group, estimate(group)]));
}

function rowsOf(figures: Record<string, ByGroup>, format: (estimate: Estimate | undefined) => string): string[][] {
  return Object.entries(figures).map(([name, values]) => [name, ...groups.map((group) => format(values[group]))]);
}

function aucWithInterval(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "–";
  return `${decimal(estimate.value, 3)} [${decimal(estimate.low, 3)}, ${decimal(estimate.high, 3)}]`;
}

function discrimination(of: (group: string) => ProblemRecord[], prm: Scoring): Record<string, ByGroup> {
  const byPrm = (sample: SampleRecord) => prmScore(sample, prm.aggregation);
  const byLogprob = (sample: SampleRecord) => sample.sumLogprob;
  const both = (sample: SampleRecord) => jointScore(sample, prm.aggregation);
  return {
    "PRM, steps": byGroup((group) => stepAuc(of(group))),
    "PRM, steps up to the first error": byGroup((group) => stepAuc(of(group), true)),
    "PRM, samples within a question": byGroup((group) => withinQuestionAuc(of(group), byPrm)),
    "log-probability, samples within a question": byGroup((group) => withinQuestionAuc(of(group), byLogprob)),
    "PRM times chain probability, samples within a question": byGroup((group) => withinQuestionAuc(of(group), both)),
    "PRM minus log-probability, within a question": byGroup((group) =>
      withinQuestionAucDifference(of(group), byPrm, byLogprob),
    ),
  };
}

function gainsOf(of: (group: string) => ProblemRecord[], n: number, prm: Scoring): Record<string, ByGroup> {
  const difference = (a: (problem: ProblemRecord) => number, b: (problem: ProblemRecord) => number) =>
    byGroup((group) => estimateMean(of(group).map((problem) => a(problem) - b(problem))));
  const one = (problem: ProblemRecord) => mean(problem.samples.map((sample) => Number(sample.correct))) ?? 0;
  const vote = (k: number) => (problem: ProblemRecord) =>
    weightedVoteOf(problem, k, (sample) => prmScore(sample, prm.aggregation) ** scorePower(prm, false));
  const majority = (k: number) => (problem: ProblemRecord) => majorityOf(problem, k);
  const sizes = [8, 16].filter((k) => k <= n);
  const joint = (k: number) => (problem: ProblemRecord) =>
    weightedVoteOf(problem, k, (sample) => jointScore(sample, prm.aggregation));
  return Object.fromEntries([
    ...sizes.map((k) => [`majority of ${k} minus one sample`, difference(majority(k), one)] as const),
    ...sizes.map(
      (k) => [`PRM-weighted vote of ${k} minus majority of ${k}`, difference(vote(k), majority(k))] as const,
    ),
    ...sizes.map(
      (k) =>
        [
          `PRM times chain probability, vote of ${k}, minus majority of ${k}`,
          difference(joint(k), majority(k)),
        ] as const,
    ),
  ]);
}

function familyAccuracy(problems: readonly ProblemRecord[]): { table: Table; figures: Record<string, unknown> } {
  const families = [...new Set(problems.map((problem) => problem.family))];
  const cell = (family: string, band: string) =>
    mean(
      problems
        .filter((problem) => problem.family === family && (band === "all" || problem.band === band))
        .flatMap((problem) => problem.samples.map((sample) => Number(sample.correct))),
    );
  const figures = Object.fromEntries(
    families.map((family) => [family, Object.fromEntries(groups.map((group) => [group, cell(family, group)]))]),
  );
  const rows = families.map((family) => [family, ...groups.map((group) => percent(cell(family, group)))]);
  return { table: { caption: "One sample right, by family", columns: ["", ...groups], rows }, figures };
}
