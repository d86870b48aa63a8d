import { readFileSync } from "node:fs";
import type { Config } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import { type ModelProfile, parseCalibration, profileWith } from "@reckon/planning";

/**
 * What is known of each model's samples: what ships with Reckon, and the calibrators of the file that the configuration
 * names. Throws `invalid-argument` where the file cannot be read or is no calibration of a version that is known.
 */
export function modelProfilesOf({ confidence }: Pick<Config, "confidence">): (model: string) => ModelProfile {
  const { calibration: path } = confidence;
  const file = path === undefined ? undefined : parseCalibration(contentOf(path), path);
  return (model) => profileWith(file, model);
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReckonError("invalid-argument", `[confidence] calibration: cannot read ${path}: ${why}`, {
      cause: error,
    });
  }
}
