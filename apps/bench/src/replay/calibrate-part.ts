import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ConfidenceKind } from "@reckon/core";
import { type ModelProfile, profileOf } from "@reckon/planning";
import { calibrationError, mean, type Prediction } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import type { Part } from "../part.ts";
import { loadRecords, recordFlags } from "../records.ts";
import type { ProblemRecord } from "../sample-record.ts";
import { logLoss, restrictTo } from "./fit-error-model.ts";
import { adaptivePlan, casesOf, fitProfile, signsOf } from "./fit-profile.ts";
import { tryScorings } from "./fit-scoring.ts";
import { runReplay } from "./run-replay.ts";

const calibrationFile = fileURLToPath(new URL("../../../../libs/planning/src/calibration.json", import.meta.url));

/** Fits, on validation problems, how the embedded model errs and how confident its votes may be; never on test problems. */
export const calibratePart: Part = {
  name: "calibrate",
  summary: "fits planning's profile of the embedded model on validation problems; --write keeps it",
  flags: { ...recordFlags, write: { type: "boolean" } },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "validation", problems: 400, reuse: true }, progress);
    const { problems, origin } = records;
    // Every second problem is held out: what is shown was fitted on the others; what is written, on all.
    const [seen, unseen] = [0, 1].map((rest) => problems.filter((_, index) => index % 2 === rest)) as [
      ProblemRecord[],
      ProblemRecord[],
    ];
    const fitted = fitProfile(seen);
    const kept = flags.write === true ? fitProfile(problems) : undefined;
    if (kept !== undefined) write(origin.model, kept);
    return {
      title: "Calibration of the confidence",
      notes: [
        `${origin.problems} problems of the ${origin.split} split, seed ${origin.seed}; fitted on every second one, shown on the others`,
        `scoring: ${JSON.stringify(fitted.scoring)}`,
        `error model: ${JSON.stringify(fitted.errorModel)}`,
        kept === undefined
          ? "not written (--write keeps a fit on all of them)"
          : "a fit on all of them was written to libs/planning/src/calibration.json",
      ],
      tables: [
        {
          caption: "Signs to votes",
          columns: ["aggregation, power of score, power of chain", "weighted vote of 8", "AUC within a question"],
          rows: tryScorings(unseen).map((one) => [
            `${one.aggregation}, ${one.votePower}, ${one.logprobPower}`,
            percent(one.vote),
            decimal(one.auc, 3),
          ]),
        },
        {
          caption: "Confidence at the stop of adaptive",
          columns: ["kind, profile", "log loss (nats)", "ECE", "mean confidence", "right"],
          rows: (Object.keys(signsOf) as ConfidenceKind[]).flatMap((kind) =>
            Object.entries({
              "in place": profileOf(origin.model),
              uncalibrated: { ...fitted, calibrators: [] },
              calibrated: fitted,
            }).map(([name, profile]) => [`${kind}, ${name}`, ...qualityOf(unseen, kind, profile)]),
          ),
        },
      ],
      figures: { profile: kept ?? fitted },
    };
  },
};

function qualityOf(problems: readonly ProblemRecord[], kind: ConfidenceKind, profile: ModelProfile): string[] {
  const signs = signsOf[kind];
  const cases = casesOf(problems, profile);
  const predictions = runReplay(problems, adaptivePlan(signs, profile), 4).flatMap((run): Prediction[] =>
    run.confidence === undefined ? [] : [{ probability: run.confidence.value, correct: run.correct }],
  );
  return [
    decimal(logLoss(restrictTo(cases, signs), profile.errorModel), 3),
    decimal(calibrationError(predictions), 3),
    percent(mean(predictions.map((one) => one.probability))),
    percent(mean(predictions.map((one) => Number(one.correct)))),
  ];
}

function write(model: string, profile: ModelProfile): void {
  const content = JSON.parse(readFileSync(calibrationFile, "utf8")) as { models: Record<string, unknown> };
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  content.models[model] = profile;
  writeFileSync(calibrationFile, `${JSON.stringify(content, rounded, 2)}\n`);
}
