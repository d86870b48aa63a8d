import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CurvesFile, ModelCurves } from "@reckon/planning";
import type { FlagValues } from "../part.ts";

const shipped = fileURLToPath(new URL("../../../../libs/planning/src/scaling/curves.json", import.meta.url));

/** The file of curves that `--curves` names, or the one that comes with the product. */
export function curvesFileOf(flags: FlagValues): string {
  return typeof flags.curves === "string" ? flags.curves : shipped;
}

export function readCurvesFile(file: string): CurvesFile {
  return JSON.parse(readFileSync(file, "utf8")) as CurvesFile;
}

/** Puts the curves of a model into a file, in place of those it had there; five digits say all that is known. */
export function writeCurves(file: string, model: string, curves: ModelCurves): void {
  const content = readCurvesFile(file);
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(5)) : value);
  const models = { ...content.models, [model]: curves };
  writeFileSync(file, `${JSON.stringify({ ...content, models }, rounded, 2)}\n`);
}
