import { readFileSync } from "node:fs";
import { ReckonError } from "@reckon/core";
import { countFeatures, rawFeature } from "@reckon/planning";
import { openStore, readRecordLine } from "@reckon/store";
import type { KnownOutcome } from "./known-outcome.ts";
import { outcomeOfLine, outcomesOfRecord } from "./outcomes-of-line.ts";

/**
 * The known outcomes in a file of JSON lines, each an outcome or a record of a problem with its samples (docs/records.md). Throws
 * `invalid-argument` naming file and line for one that does not fit.
 */
export function readOutcomes(file: string): KnownOutcome[] {
  return contentOf(file)
    .split("\n")
    .flatMap((text, index) => (text.trim() === "" ? [] : outcomesOf(text, file, index + 1)));
}

function outcomesOf(text: string, file: string, number: number): KnownOutcome[] {
  // An outcome has no samples; whatever has is read, and refused, as a record.
  if (/"samples"\s*:/.test(text)) return outcomesOfRecord(readRecordLine(text, file, number));
  try {
    return [outcomeOfLine(JSON.parse(text))];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReckonError("invalid-argument", `${file}:${number}: ${why}`, { cause: error });
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReckonError("invalid-argument", `cannot read ${file}: ${why}`, { cause: error });
  }
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
