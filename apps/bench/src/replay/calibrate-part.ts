import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ModelProfile, profileOf } from "@reckon/planning";
import { calibrationError, mean, type Prediction } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import type { Part } from "../part.ts";
import { readRecords } from "../record-file.ts";
import { loadRecords, recordFlags } from "../records.ts";
import type { ProblemRecord } from "../sample-record.ts";
import { type Sense, senses } from "./calibration-states.ts";
import { logLoss, restrictTo } from "./fit-error-model.ts";
import { adaptivePlan, casesOf, fitCalibrators, fitProfile } from "./fit-profile.ts";
import { tryScorings } from "./fit-scoring.ts";
import { runReplay } from "./run-replay.ts";

const calibrationFile = fileURLToPath(new URL("../../../../libs/planning/src/calibration.json", import.meta.url));

/** Fits, on validation problems, how the embedded model errs and how confident its votes may be; never on test problems. */
export const calibratePart: Part = {
  name: "calibrate",
  summary: "fits planning's profile of the embedded model on validation problems; --write keeps it",
  flags: { ...recordFlags, more: { type: "string" }, calibrators: { type: "boolean" }, write: { type: "boolean" } },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "validation", problems: 400, reuse: true }, progress);
    const { origin } = records;
    const more =
      typeof flags.more === "string" ? await Promise.all(flags.more.split(",").map((file) => readRecords(file))) : [];
    const problems = [records, ...more].flatMap((one) => one.problems);
    // Every second problem is held out: what is shown was fitted on the others; what is written, on all.
    const [seen, unseen] = [0, 1].map((rest) => problems.filter((_, index) => index % 2 === rest)) as [
      ProblemRecord[],
      ProblemRecord[],
    ];
    const inPlace = profileOf(origin.model);
    const fit = (some: readonly ProblemRecord[]) =>
      flags.calibrators === true ? { ...inPlace, calibrators: fitCalibrators(some, inPlace) } : fitProfile(some);
    const fitted = fit(seen);
    const kept = flags.write === true ? fit(problems) : undefined;
    if (kept !== undefined) write(origin.model, kept);
    return {
      title: "Calibration of the confidence",
      notes: [
        `${problems.length} problems of the ${origin.split} split, seed ${[records, ...more].map((one) => one.origin.seed).join(" and ")}; fitted on every second one, shown on the others`,
        ...(flags.calibrators === true ? ["calibrators only: scoring and error model stay as they are in place"] : []),
        `scoring: ${JSON.stringify(fitted.scoring)}`,
        `error model: ${JSON.stringify(fitted.errorModel)}`,
        ...fitted.calibrators.map((one) => {
          const { of, signs, domain, weights, isotonic, outcomes } = one;
          const shape = `${Object.keys(weights).join(", ")}${isotonic === undefined ? "" : ", then isotonic"}`;
          return `calibrator of ${of} (${signs ?? "agreement alone"}${domain === undefined ? "" : `, ${domain}`}): ${shape}; ${outcomes} problems`;
        }),
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
          columns: ["signs, profile", "log loss (nats)", "ECE", "mean confidence", "right"],
          rows: senses.flatMap((sense) =>
            Object.entries({
              "in place": inPlace,
              uncalibrated: { ...fitted, calibrators: [] },
              calibrated: fitted,
            }).map(([name, profile]) => [`${sense.name}: ${name}`, ...qualityOf(unseen, sense, profile)]),
          ),
        },
      ],
      figures: { profile: kept ?? fitted },
    };
  },
};

function qualityOf(problems: readonly ProblemRecord[], { signs }: Sense, profile: ModelProfile): string[] {
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
