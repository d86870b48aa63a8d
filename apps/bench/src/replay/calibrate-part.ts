import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { problemFromPrompt, type StopRule } from "@reckon/core";
import {
  type Calibrator,
  confidenceOf,
  defaultErrorModel,
  type ErrorModel,
  estimateDifficulty,
  fitCalibrator,
} from "@reckon/planning";
import { calibrationError, mean } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Part } from "../part.ts";
import { prmUseOf, weightsFolder } from "../prm-use.ts";
import { loadRecords, recordFlags } from "../records.ts";
import type { ProblemRecord } from "../sample-record.ts";
import type { PrmUse } from "../selectors.ts";
import { type ErrorModelCase, fitErrorModel, logLoss } from "./fit-error-model.ts";
import { recordedSamples, shuffles, truthOf, votesOf } from "./recorded-votes.ts";
import { runReplay } from "./run-replay.ts";

const calibrationFile = fileURLToPath(new URL("../../../../libs/planning/src/calibration.json", import.meta.url));
const voteCounts = [1, 2, 3, 5, 8, 16];
const rounds = 3;

/** Fits, on validation problems, how the embedded model errs and how confident its votes may be; never on test problems. */
export const calibratePart: Part = {
  name: "calibrate",
  summary: "fits the error model and the calibrator of planning on validation problems; --write keeps them",
  flags: { ...recordFlags, threshold: { type: "string" }, write: { type: "boolean" } },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "validation", problems: 400, reuse: true }, progress);
    const prm = prmUseOf(weightsFolder(flags));
    const threshold = integerFlag(flags, "threshold", 85, 1, 100) / 100;
    const cases = records.problems.flatMap((problem, index) => casesOf(problem, prm, index + 1));
    const errorModel = fitErrorModel(cases, true);
    const rule: StopRule = { name: "confidence", threshold, minVotes: 1 };
    const calibrator = fitAtStops(records.problems, prm, errorModel, rule);
    if (flags.write === true) write(records.origin.model, errorModel, calibrator);
    const ece = (model: ErrorModel, using: Calibrator | undefined) => {
      const plan = {
        stopRule: rule,
        window: 8,
        samples: records.origin.samples,
        prm,
        errorModel: model,
        calibrator: using,
      };
      const runs = runReplay(records.problems, plan, 2);
      const predictions = runs.flatMap((run) =>
        run.confidence === undefined ? [] : [{ probability: run.confidence.value, correct: run.correct }],
      );
      return [
        decimal(calibrationError(predictions), 3),
        percent(mean(predictions.map((one) => one.probability))),
        percent(mean(predictions.map((one) => Number(one.correct)))),
      ];
    };
    const row = (name: string, model: ErrorModel, using: Calibrator | undefined) => [
      name,
      decimal(logLoss(cases, model), 3),
      ...ece(model, using),
    ];
    return {
      title: "Calibration of the confidence",
      notes: [
        `${records.origin.problems} problems of the ${records.origin.split} split, stop at a confidence of ${threshold}; fitted and shown on the same problems: the strategies part shows it on test problems`,
        `error model: ${JSON.stringify(errorModel)}`,
        `calibrator: ${JSON.stringify(calibrator ?? "none")}`,
        flags.write === true ? `written to libs/planning/src/calibration.json` : "not written (--write keeps it)",
      ],
      tables: [
        {
          caption: "Before and after",
          columns: ["", "log loss (nats)", "ECE at the stop", "mean confidence", "right"],
          rows: [
            row("in place, uncalibrated", defaultErrorModel, undefined),
            row("fitted, uncalibrated", errorModel, undefined),
            row("fitted, calibrated", errorModel, calibrator),
          ],
        },
      ],
      figures: { errorModel, calibrator, threshold },
    };
  },
};

function priorOf(problem: ProblemRecord) {
  const { difficulty } = estimateDifficulty(problemFromPrompt(problem.prompt));
  return { alpha: difficulty.priorAlpha, beta: difficulty.priorBeta };
}

/** Votes of a problem at several counts: a model of errors must be right early and late. */
function casesOf(problem: ProblemRecord, prm: PrmUse, seed: number): ErrorModelCase[] {
  const [samples = []] = shuffles(recordedSamples(problem, prm), 1, seed);
  const truth = truthOf(problem);
  const prior = priorOf(problem);
  return voteCounts.flatMap((count) => {
    const votes = votesOf(samples.slice(0, count));
    return votes.length === 0 ? [] : [{ votes, prior, truth }];
  });
}

/**
 * A calibrator for the states in which thinking stops. An adaptive stop picks its moment by the confidence itself, so the data
 * must come from the same rule; since the rule looks at the calibrated value, fit and replay are repeated a few times.
 */
function fitAtStops(
  problems: readonly ProblemRecord[],
  prm: PrmUse,
  errorModel: ErrorModel,
  stopRule: StopRule,
): Calibrator | undefined {
  let calibrator: Calibrator | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const plan = { stopRule, window: 8, samples: 16, prm, errorModel, calibrator };
    const states = runReplay(problems, plan, 4).flatMap((run) => {
      if (run.canonical === undefined || run.votes === undefined) return [];
      const raw = confidenceOf(run.votes, run.canonical, { prior: priorOf(run.problem), errorModel });
      return raw === undefined ? [] : [{ confidence: raw.value, votes: run.voted, correct: run.correct }];
    });
    calibrator = fitCalibrator(states);
    if (calibrator === undefined) return undefined;
  }
  return calibrator;
}

function write(model: string, errorModel: ErrorModel, calibrator: Calibrator | undefined): void {
  const old = JSON.parse(readFileSync(calibrationFile, "utf8")) as { version: number; calibrators: object };
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  const calibrators = calibrator === undefined ? {} : { [model]: calibrator };
  writeFileSync(calibrationFile, `${JSON.stringify({ ...old, errorModel, calibrators }, rounded, 2)}\n`);
}
