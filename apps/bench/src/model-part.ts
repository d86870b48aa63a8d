import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createEngine } from "@reckon/engine";
import type { Split } from "@reckon/models";
import { forEachParallel } from "./for-each-parallel.ts";
import { integerFlag } from "./integer-flag.ts";
import { modelReport } from "./model-report.ts";
import type { Part } from "./part.ts";
import { prmUseOf } from "./prm-use.ts";
import { testProblems } from "./problems.ts";
import { recordProblem } from "./record-samples.ts";
import { type Records, type RecordsOrigin, readRecords, writeRecords } from "./sample-record.ts";

/** Problems in work at once; with 16 samples each they keep a batch of 64 full. */
const parallelProblems = 6;

/** Where records are kept unless `--records` says otherwise; git ignores it. */
export function defaultRecordsFile(origin: Omit<RecordsOrigin, "model">): string {
  const name = `${origin.split}-${origin.problems}x${origin.samples}-seed${origin.seed}.jsonl`;
  return fileURLToPath(new URL(`../results/records/${name}`, import.meta.url));
}

/** The accuracy of the embedded model and of every way to choose among its samples, straight on the engine. */
export const modelPart: Part = {
  name: "model",
  summary: "accuracy of one sample, majority, PRM and log-probability selectors on test problems, by band",
  flags: {
    count: { type: "string" },
    samples: { type: "string" },
    seed: { type: "string" },
    split: { type: "string" },
    records: { type: "string" },
    reuse: { type: "boolean" },
    weights: { type: "string" },
  },
  async run(flags, progress) {
    const origin = {
      split: (flags.split ?? "test") as Split,
      problems: integerFlag(flags, "count", 500, 3, 100_000),
      samples: integerFlag(flags, "samples", 16, 2, 256),
      seed: integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER),
      temperature: 1,
    };
    const file = typeof flags.records === "string" ? flags.records : defaultRecordsFile(origin);
    const weightsDir =
      typeof flags.weights === "string"
        ? flags.weights
        : fileURLToPath(new URL("../../../models/weights", import.meta.url));
    const reuse = flags.reuse === true && existsSync(file);
    const records = reuse ? readRecords(file) : await record(origin, weightsDir, progress);
    if (!reuse) writeRecords(file, records);
    return modelReport(records, prmUseOf(weightsDir), reuse ? `samples read from ${file}` : undefined);
  },
};

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
    const recorded = await forEachParallel(problems, parallelProblems, async (problem, index) => {
      const options = {
        samples: origin.samples,
        temperature: origin.temperature,
        seed: origin.seed * 1_000_003 + index,
      };
      const result = await recordProblem(engine, problem, options);
      done += 1;
      if (done % 50 === 0) progress(`${done}/${problems.length} problems, ${seconds(startedAt)} s`);
      return result;
    });
    return { origin: { ...origin, model: engine.model.id }, problems: recorded };
  } finally {
    await engine.close();
  }
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}
