import { ReckonError, type ScoreAggregation } from "@reckon/core";
import { createEngine, type EngineOptions } from "@reckon/engine";
import type { OpenPrm } from "./prm-judge.ts";

/** The process reward model, or why there is none. */
export type LoadedPrm =
  | {
      readonly prm: OpenPrm;
      readonly aggregation: ScoreAggregation | undefined;
      readonly words: ReadonlySet<string> | undefined;
      close(): Promise<void>;
    }
  | {
      readonly prm: undefined;
      readonly prmMissing: string;
      readonly aggregation: undefined;
      readonly words: undefined;
      close(): Promise<void>;
    };

/**
 * Loads the embedded process reward model alone. Files that are missing or damaged do not reject: a verifier without the
 * model still checks and compares. Options out of range do, with `invalid-argument`.
 */
export async function loadPrm(options: Omit<EngineOptions, "parts">): Promise<LoadedPrm> {
  try {
    const engine = await createEngine({ ...options, parts: ["prm"] });
    return {
      prm: (question) => engine.openScoring(question),
      aggregation: engine.aggregation,
      words: engine.words,
      close: () => engine.close(),
    };
  } catch (thrown) {
    const error = ReckonError.from(thrown);
    if (error.code === "invalid-argument") throw error;
    const prmMissing = `no process reward model is loaded: ${error.message}`;
    return { prm: undefined, prmMissing, aggregation: undefined, words: undefined, close: async () => undefined };
  }
}
