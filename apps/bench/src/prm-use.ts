import { readFileSync } from "node:fs";
import type { ScoreAggregation } from "@reckon/core";
import type { PrmUse } from "./selectors.ts";

interface ModelFile {
  readonly prm: { readonly aggregation?: ScoreAggregation; readonly votePower?: number };
}

/** What the weights' own `model.json` says, tuned on the validation split: `min` and the plain score where it says nothing. */
export function prmUseOf(weightsDir: string): PrmUse {
  const { prm } = JSON.parse(readFileSync(`${weightsDir}/model.json`, "utf8")) as ModelFile;
  return { aggregation: prm.aggregation ?? "min", power: prm.votePower ?? 1 };
}
