import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { problemFromPrompt, type StopRule } from "@reckon/core";
import {
  type Calibrator,
  confidenceOf,
  defaultErrorModel,
  defaultScoring,
  type ErrorModel,
  estimateDifficulty,
  fitCalibrator,
  makePlan,
  type Scoring,
} from "@reckon/planning";
import { calibrationError, mean, type Prediction } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import type { Part } from "../part.ts";
import { loadRecords, recordFlags } from "../records.ts";
import type { ProblemRecord } from "../sample-record.ts";
import { type ErrorModelCase, fitErrorModel, logLoss } from "./fit-error-model.ts";
import { tryScorings } from "./fit-scoring.ts";
import { recordedSamples, shuffles, truthOf, votesOf } from "./recorded-votes.ts";
import { runReplay } from "./run-replay.ts";

const calibrationFile = fileURLToPath(new URL("../../../../libs/planning/src/calibration.json", import.meta.url));
const voteCounts = [1, 2, 3, 5, 8, 16];
const rounds = 3;

/** Fits, on validation problems, how the embedded model errs and how confident its votes may be; never on test problems. */
export const calibratePart: Part = {
  name: "calibrate",
  summary: "fits planning's scoring, error model and calibrator on validation problems; --write keeps them",
  flags: { ...recordFlags, write: { type: "boolean" } },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "validation", problems: 400, reuse: true }, progress);
    const { problems, origin } = records;
    const scorings = tryScorings(problems);
    const scoring: Scoring = scorings[0] ?? defaultScoring;
    const cases = casesOf(problems, scoring);
    const errorModel = fitErrorModel(cases, true);
    const calibrator = fitAtStops(problems, scoring, errorModel);
    if (flags.write === true) write(origin.model, scoring, errorModel, calibrator);
    const row = (name: string, model: ErrorModel, using: Calibrator | undefined) => {
      const predictions = atStops(problems, scoring, model, using);
      return [
        name,
        decimal(logLoss(cases, model), 3),
        decimal(calibrationError(predictions), 3),
        percent(mean(predictions.map((one) => one.probability))),
        percent(mean(predictions.map((one) => Number(one.correct)))),
      ];
    };
    return {
      title: "Calibration of the confidence",
      notes: [
        `${origin.problems} problems of the ${origin.split} split; fitted and shown on the same problems: the strategies part shows it on test problems`,
        `scoring: ${JSON.stringify({ aggregation: scoring.aggregation, votePower: scoring.votePower })}`,
        `error model: ${JSON.stringify(errorModel)}`,
        `calibrator: ${JSON.stringify(calibrator ?? "none")}`,
        flags.write === true ? "written to libs/planning/src/calibration.json" : "not written (--write keeps it)",
      ],
      tables: [
        {
          caption: "Scores to votes",
          columns: ["aggregation, power", "weighted vote of 8", "AUC within a question"],
          rows: scorings.map((one) => [`${one.aggregation}, ${one.votePower}`, percent(one.vote), decimal(one.auc, 3)]),
        },
        {
          caption: "Confidence at the stop of adaptive",
          columns: ["", "log loss (nats)", "ECE", "mean confidence", "right"],
          rows: [
            row("in place, uncalibrated", defaultErrorModel, undefined),
            row("fitted, uncalibrated", errorModel, undefined),
            row("fitted, calibrated", errorModel, calibrator),
          ],
        },
      ],
      figures: { scorings, errorModel, calibrator },
    };
  },
};

function difficultyOf(problem: ProblemRecord) {
  return estimateDifficulty(problemFromPrompt(problem.prompt)).difficulty;
}

function priorOf(problem: ProblemRecord) {
  const { priorAlpha: alpha, priorBeta: beta } = difficultyOf(problem);
  return { alpha, beta };
}

/** Votes of every problem at several counts: a model of errors must be right early and late. */
function casesOf(problems: readonly ProblemRecord[], scoring: Scoring): ErrorModelCase[] {
  return problems.flatMap((problem, index) => {
    const [samples = []] = shuffles(recordedSamples(problem, scoring), 1, index + 1);
    const truth = truthOf(problem);
    const prior = priorOf(problem);
    return voteCounts.flatMap((count) => {
      const votes = votesOf(samples.slice(0, count));
      return votes.length === 0 ? [] : [{ votes, prior, truth }];
    });
  });
}

/** The stop rule of `adaptive` as configured by default. */
function adaptiveRule(problem: ProblemRecord): StopRule {
  const capabilities = {
    ...{ logprobs: true, n: true, abort: true, continueFromPrefix: true, seed: true, processReward: true },
    policies: ["baseline"],
  };
  return makePlan({
    problem: problemFromPrompt(problem.prompt),
    difficulty: difficultyOf(problem),
    overrides: {},
    capabilities,
  }).stopRule;
}

function replayAdaptive(
  problems: readonly ProblemRecord[],
  scoring: Scoring,
  errorModel: ErrorModel,
  calibrator: Calibrator | undefined,
) {
  const [first] = problems;
  if (first === undefined) return [];
  const plan = { stopRule: adaptiveRule(first), window: 8, samples: 16, scoring, errorModel, calibrator };
  return runReplay(problems, plan, 4);
}

function atStops(...args: Parameters<typeof replayAdaptive>): Prediction[] {
  return replayAdaptive(...args).flatMap((run) =>
    run.confidence === undefined ? [] : [{ probability: run.confidence.value, correct: run.correct }],
  );
}

/**
 * A calibrator for the states in which thinking stops. An adaptive stop picks its moment by the confidence itself, so the data
 * must come from the same rule; since the rule looks at the calibrated value, fit and replay are repeated a few times.
 */
function fitAtStops(
  problems: readonly ProblemRecord[],
  scoring: Scoring,
  errorModel: ErrorModel,
): Calibrator | undefined {
  let calibrator: Calibrator | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const states = replayAdaptive(problems, scoring, errorModel, calibrator).flatMap((run) => {
      if (run.canonical === undefined) return [];
      const raw = confidenceOf(run.votes, run.canonical, { prior: priorOf(run.problem), errorModel });
      return raw === undefined ? [] : [{ confidence: raw.value, votes: run.voted, correct: run.correct }];
    });
    calibrator = fitCalibrator(states);
    if (calibrator === undefined) return undefined;
  }
  return calibrator;
}

function write(model: string, scoring: Scoring, errorModel: ErrorModel, calibrator: Calibrator | undefined): void {
  const { version } = JSON.parse(readFileSync(calibrationFile, "utf8")) as { version: number };
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  const { aggregation, votePower } = scoring;
  const calibrators = calibrator === undefined ? {} : { [model]: calibrator };
  const content = { version, scoring: { aggregation, votePower }, errorModel, calibrators };
  writeFileSync(calibrationFile, `${JSON.stringify(content, rounded, 2)}\n`);
}
