import { readFileSync } from "node:fs";
import { ReckonError } from "@reckon/core";
import { countFeatures, rawFeature } from "@reckon/planning";
import { openStore } from "@reckon/store";
import type { KnownOutcome } from "./known-outcome.ts";
import { outcomesOfLine } from "./outcomes-of-line.ts";

/** The known outcomes in a file of JSON lines; throws `invalid-argument` naming file and line for one that does not fit. */
export function readOutcomes(file: string): KnownOutcome[] {
  let model: string | undefined;
  return contentOf(file)
    .split("\n")
    .flatMap((text, index) => {
      if (text.trim() === "") return [];
      try {
        const line = JSON.parse(text) as unknown;
        model = originModel(line) ?? model;
        return outcomesOfLine(line, { model });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new ReckonError("invalid-argument", `${file}, line ${index + 1}: ${why}`, { cause: error });
      }
    });
}

function contentOf(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReckonError("invalid-argument", `cannot read ${file}: ${why}`, { cause: error });
  }
}

function originModel(line: unknown): string | undefined {
  const origin = (line as { origin?: { model?: unknown } } | null)?.origin;
  return typeof origin?.model === "string" ? origin.model : undefined;
}

/** The outcomes in a history whose correctness is known. */
export function storedOutcomes(path: string): KnownOutcome[] {
  const store = openStore({ path });
  try {
    return store.knownOutcomes().flatMap(({ confidence, correct, votes, votesForAnswer, features, solveId }) =>
      confidence === undefined || correct === undefined
        ? []
        : [
            {
              ...{
                kind: confidence.kind,
                confidence: confidence.value,
                correct,
                domain: features.domain,
                group: solveId,
              },
              features: { raw: rawFeature(confidence.value), ...countFeatures(votesForAnswer, votes) },
            },
          ],
    );
  } finally {
    store.close();
  }
}
