import { ReckonError } from "@reckon/core";
import { z } from "zod";
import type { Calibrator } from "./calibrator.ts";
import { confidenceFeatureNames } from "./confidence-features.ts";
import { MIN_CALIBRATION_OUTCOMES } from "./fit-calibrator.ts";
import { type ModelProfile, profileOf } from "./model-profile.ts";

/** Version of what calibrators mean; a file of another one is refused. */
export const calibrationVersion = 3;

/** Calibrators by model, as `reckon calibrate --out` writes them and `[confidence] calibration` reads them. */
export interface CalibrationFile {
  readonly version: typeof calibrationVersion;
  readonly models: { readonly [model: string]: { readonly calibrators: readonly Calibrator[] } };
}

const weights = z.strictObject(
  Object.fromEntries(confidenceFeatureNames.map((name) => [name, z.number().optional()])) as Record<
    (typeof confidenceFeatureNames)[number],
    z.ZodOptional<z.ZodNumber>
  >,
);
const isotonic = z
  .strictObject({ x: z.array(z.number()).min(1).max(1_000), y: z.array(z.number().min(0).max(1)).min(1).max(1_000) })
  .refine(({ x, y }) => x.length === y.length, "x and y differ in length")
  .refine(({ x }) => x.every((value, i) => i === 0 || value > (x[i - 1] as number)), "x must rise")
  .refine(({ y }) => y.every((value, i) => i === 0 || value >= (y[i - 1] as number)), "y must not fall");
const calibrator = z.strictObject({
  of: z.enum(["agreement", "verifier", "logprob"]),
  signs: z.enum(["verifier", "logprob", "both"]).optional(),
  domain: z.string().min(1).max(64).optional(),
  intercept: z.number(),
  weights,
  isotonic: isotonic.optional(),
  outcomes: z
    .int()
    .min(MIN_CALIBRATION_OUTCOMES, `fewer than ${MIN_CALIBRATION_OUTCOMES} outcomes are not enough for a calibrator`),
});
const schema = z.strictObject({
  version: z.literal(calibrationVersion),
  models: z.record(z.string().min(1).max(256), z.strictObject({ calibrators: z.array(calibrator).max(1_000) })),
});

/**
 * Reads a calibration from JSON. Throws `invalid-argument`, naming `name`, for what is no JSON, for a version that is not
 * `calibrationVersion`, and for whatever does not fit, with its place.
 */
export function parseCalibration(json: string, name: string): CalibrationFile {
  const refuse = (why: string): never => {
    throw new ReckonError("invalid-argument", `calibration ${name} ${why}`);
  };
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (error) {
    return refuse(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const version = typeof content === "object" && content !== null && "version" in content ? content.version : undefined;
  if (version !== calibrationVersion) {
    const is = version === undefined ? "has no version" : `is of version ${JSON.stringify(version)}`;
    return refuse(`${is}; this Reckon reads version ${calibrationVersion}`);
  }
  const read = schema.safeParse(content);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return refuse(`does not fit at ${issue?.path.join(".") || "its top"}: ${issue?.message ?? "unknown"}`);
}

/** Writes a calibration as JSON, numbers to six digits. */
export function formatCalibration(file: CalibrationFile): string {
  const rounded = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
  return `${JSON.stringify(file, rounded, 2)}\n`;
}

/**
 * The profile of a model where a calibration file was given: what ships with Reckon, but of each kind of raw confidence
 * that the file has calibrators for, the file's alone.
 */
export function profileWith(file: CalibrationFile | undefined, model: string): ModelProfile {
  const profile = profileOf(model);
  const own = file !== undefined && Object.hasOwn(file.models, model) ? file.models[model] : undefined;
  if (own === undefined) return profile;
  const kinds = new Set(own.calibrators.map((one) => one.of));
  return { ...profile, calibrators: [...own.calibrators, ...profile.calibrators.filter((one) => !kinds.has(one.of))] };
}
