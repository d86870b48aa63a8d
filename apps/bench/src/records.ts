import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ReckonError } from "@reckon/core";
import { createEngine } from "@reckon/engine";
import { SPLITS, type Split } from "@reckon/models";
import { forEachParallel } from "./for-each-parallel.ts";
import { integerFlag } from "./integer-flag.ts";
import type { FlagValues } from "./part.ts";
import { weightsFolder } from "./prm-use.ts";
import { solveSeed, testProblems } from "./problems.ts";
import { readRecords, writeRecords } from "./record-file.ts";
import { recordProblem } from "./record-samples.ts";
import type { Records, RecordsOrigin } from "./sample-record.ts";

/** Flags of every part that works on records. */
export const recordFlags = {
  count: { type: "string" },
  samples: { type: "string" },
  seed: { type: "string" },
  split: { type: "string" },
  records: { type: "string" },
  reuse: { type: "boolean" },
  fresh: { type: "boolean" },
  weights: { type: "string" },
} as const;

/** What a part asks for where no flag says otherwise; `reuse`: read the file where it is there, unless `--fresh`. */
export interface RecordDefaults {
  readonly split: Split;
  readonly problems: number;
  readonly reuse: boolean;
}

/** Samples in work at once: enough to keep a batch of 64 full. */
const parallelSamples = 96;

/** Reads the records that the flags name, or draws them on the engine and writes them there. */
export async function loadRecords(
  flags: FlagValues,
  defaults: RecordDefaults,
  progress: (line: string) => void,
): Promise<Records> {
  const origin = {
    split: splitFlag(flags, defaults.split),
    problems: integerFlag(flags, "count", defaults.problems, 3, 100_000),
    samples: integerFlag(flags, "samples", 16, 2, 256),
    seed: integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER),
    temperature: 1,
  };
  const file = typeof flags.records === "string" ? flags.records : defaultFile(origin);
  const reuse = flags.fresh !== true && (flags.reuse === true || defaults.reuse);
  if (reuse && existsSync(file)) {
    progress(`samples read from ${file}`);
    return readRecords(file);
  }
  const records = await record(origin, weightsFolder(flags), progress);
  writeRecords(file, records);
  progress(`samples written to ${file}`);
  return records;
}

/** The split that a flag names; throws `invalid-argument` for one that there is not. */
export function splitFlag(flags: FlagValues, fallback: Split): Split {
  const split = SPLITS.find((one) => one === (flags.split ?? fallback));
  if (split !== undefined) return split;
  throw new ReckonError("invalid-argument", `--split is ${String(flags.split)}, it takes ${SPLITS.join(", ")}`);
}

/** Under a folder that git ignores. */
function defaultFile(origin: Omit<RecordsOrigin, "model">): string {
  const name = `${origin.split}-${origin.problems}x${origin.samples}-seed${origin.seed}.jsonl`;
  return fileURLToPath(new URL(`../results/records/${name}`, import.meta.url));
}

async function record(
  origin: Omit<RecordsOrigin, "model">,
  weightsDir: string,
  progress: (line: string) => void,
): Promise<Records> {
  const engine = await createEngine({ weightsDir });
  try {
    const startedAt = performance.now();
    let done = 0;
    const problems = testProblems(origin.problems, origin.seed, origin.split);
    const atOnce = Math.max(2, Math.floor(parallelSamples / origin.samples));
    const recorded = await forEachParallel(problems, atOnce, async (problem, index) => {
      const seed = solveSeed(origin.seed, index);
      const result = await recordProblem(engine, problem, { samples: origin.samples, temperature: 1, seed });
      done += 1;
      if (done % 50 === 0) {
        progress(`${done}/${problems.length} problems, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
      }
      return result;
    });
    return { origin: { ...origin, model: engine.model.id }, problems: recorded };
  } finally {
    await engine.close();
  }
}
