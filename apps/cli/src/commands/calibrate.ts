import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ReckonError } from "@reckon/core";
import {
  calibrationVersion,
  formatCalibration,
  MIN_CALIBRATION_OUTCOMES,
  parseCalibration,
  reliabilitySvg,
} from "@reckon/planning";
import type { PredictionQuality } from "@reckon/stats";
import { storePath } from "@reckon/store";
import type { CalibrateCommand } from "../arguments/calibrate-command.ts";
import { type CalibrationFinding, calibrateOutcomes } from "../calibrate/calibrate-outcomes.ts";
import { readOutcomes, storedOutcomes } from "../calibrate/read-outcomes.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";

/** `reckon calibrate`: how far confidences can be believed, and calibrators that make them so. */
export async function runCalibrate(command: CalibrateCommand, io: Io): Promise<number> {
  const { model, kind, out, svg } = command;
  const all = [
    ...command.files.flatMap(readOutcomes),
    ...(command.store === undefined ? [] : storedOutcomes(storeOf(command.store, io.env))),
  ];
  const models = new Set(all.flatMap((one) => one.model ?? []));
  const target = model ?? (models.size === 1 ? [...models][0] : undefined);
  if (target === undefined && models.size > 1) {
    const names = [...models].join(", ");
    throw new ReckonError("invalid-argument", `the outcomes are of several models, name one with --model: ${names}`);
  }
  const mine = all.filter((one) => (one.model ?? target) === target && (kind === undefined || one.kind === kind));
  const findings = calibrateOutcomes(mine);
  if (findings.length === 0)
    throw new ReckonError("invalid-argument", "there is no outcome whose correctness is known");
  if (out !== undefined) writeCalibrators(out, target, findings);
  if (svg !== undefined) writeFileSync(svg, diagramOf(findings));
  const lines = command.json
    ? [jsonLine({ model: target, kinds: findings.map(({ predictions: _, ...rest }) => rest) })]
    : linesOf(findings);
  await writeLines(io.stdout, lines);
  return exitCodes.ok;
}

function storeOf(given: string, env: NodeJS.ProcessEnv): string {
  const path = given === "default" ? storePath(undefined, env) : given;
  if (path !== undefined && existsSync(path)) return path;
  throw new ReckonError("invalid-argument", `--store: there is no history at ${path ?? given}`);
}

/** Adds to what the file has of other models. */
function writeCalibrators(file: string, model: string | undefined, findings: readonly CalibrationFinding[]): void {
  if (model === undefined) throw new ReckonError("invalid-argument", "--out needs --model: the model of the outcomes");
  const before = existsSync(file) ? parseCalibration(readFileSync(file, "utf8"), file).models : {};
  const calibrators = findings.flatMap((finding) => finding.calibrators);
  const models = { ...before, [model]: { calibrators } };
  writeFileSync(file, formatCalibration({ version: calibrationVersion, models }));
}

function diagramOf(findings: readonly CalibrationFinding[]): string {
  const series = (["before", "after"] as const).map((name) => ({
    name,
    predictions: findings.flatMap((finding) => finding.predictions[name]),
  }));
  return reliabilitySvg(series.filter(({ predictions }) => predictions.length > 0));
}

const columns = ["", "outcomes", "ECE (15 bins)", "by chance", "Brier", "AUROC", "mean confidence", "right"];

function linesOf(findings: readonly CalibrationFinding[]): string[] {
  const rows = findings.flatMap(({ kind, signs, before, after, calibrators }) => {
    const name = signs === undefined || signs === kind ? kind : `${kind} (${signs})`;
    return [
      rowOf(`${name}, as it is`, before),
      ...(after === undefined ? [] : [rowOf(`${name}, calibrated`, after)]),
      ...(calibrators.length > 0 ? [] : [[`${name}: ${whyNone(kind)}`]]),
    ];
  });
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.filter((row) => row.length > 1).map((row) => row[i]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [
    ...[columns, ...rows].map(line),
    "",
    "calibrated: each outcome judged by calibrators fitted on other problems; in brackets 95 % bootstrap intervals",
  ];
}

function whyNone(kind: string): string {
  if (kind === "calibrated") return "reported only, since the raw confidence is not in the record";
  return `no calibrator (under ${MIN_CALIBRATION_OUTCOMES} problems, or nothing to tell them apart): the raw confidence stays`;
}

function rowOf(name: string, quality: PredictionQuality | undefined): string[] {
  if (quality === undefined) return [name];
  const { calibration: ece, brier, auroc, count, meanProbability, accuracy } = quality;
  return [
    name,
    String(count),
    `${ece.value.toFixed(3)} [${ece.low.toFixed(3)}, ${ece.high.toFixed(3)}]`,
    ece.byChance.toFixed(3),
    brier.score.toFixed(4),
    auroc?.toFixed(3) ?? "-",
    `${(100 * meanProbability).toFixed(1)} %`,
    `${(100 * accuracy).toFixed(1)} %`,
  ];
}
