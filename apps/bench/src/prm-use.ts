import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ScoreAggregation } from "@reckon/core";
import type { FlagValues } from "./part.ts";
import type { PrmUse } from "./selectors.ts";

interface ModelFile {
  readonly prm: { readonly aggregation?: ScoreAggregation; readonly votePower?: number };
}

/** The folder of weights that `--weights` names, or the one that comes with the product. */
export function weightsFolder(flags: FlagValues): string {
  if (typeof flags.weights === "string") return flags.weights;
  return fileURLToPath(new URL("../../../models/weights", import.meta.url));
}

/** What the weights' own `model.json` says, tuned on the validation split: `min` and the plain score where it says nothing. */
export function prmUseOf(folder: string): PrmUse {
  const { prm } = JSON.parse(readFileSync(`${folder}/model.json`, "utf8")) as ModelFile;
  return { aggregation: prm.aggregation ?? "min", power: prm.votePower ?? 1 };
}
