import { fileURLToPath } from "node:url";
import { ReckonError, type ScoreAggregation } from "@reckon/core";
import { profileOf, type Scoring } from "@reckon/planning";
import type { FlagValues } from "./part.ts";

const aggregations: readonly ScoreAggregation[] = ["min", "last", "product", "mean"];

/** Flags that say how scores of steps become a score of a sample, and that a vote. */
export const scoringFlags = { aggregation: { type: "string" }, power: { type: "string" } } as const;

/** The folder of weights that `--weights` names, or the one that comes with the product. */
export function weightsFolder(flags: FlagValues): string {
  if (typeof flags.weights === "string") return flags.weights;
  return fileURLToPath(new URL("../../../models/weights", import.meta.url));
}

/** How the product turns scores into votes (fitted on validation problems), unless `--aggregation` or `--power` say otherwise. */
export function scoringOf(flags: FlagValues, model: string): Scoring {
  const { scoring } = profileOf(model);
  const aggregation = aggregations.find((one) => one === (flags.aggregation ?? scoring.aggregation));
  const votePower = Number(flags.power ?? scoring.votePower);
  if (aggregation === undefined || !(votePower > 0)) {
    const given = `--aggregation ${String(flags.aggregation)} --power ${String(flags.power)}`;
    throw new ReckonError(
      "invalid-argument",
      `${given}: an aggregation is ${aggregations.join(", ")}, a power above 0`,
    );
  }
  return { ...scoring, aggregation, votePower, ...(flags.power !== undefined && { votePowerAlone: votePower }) };
}
