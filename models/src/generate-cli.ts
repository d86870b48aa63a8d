import { once } from "node:events";
import { parseArgs } from "node:util";
import { inAnyOrder } from "./any-order.ts";
import { generateProblems, streamProblems } from "./generate.ts";
import { BANDS, type Band, FAMILIES, type Family, SPLITS, type Split } from "./problem.ts";
import { createRng } from "./rng.ts";

const USAGE =
  "usage: node models/src/generate-cli.ts --split train|validation|test [--seed 1] [--count 1000] [--families a,b] [--bands a,b] [--levels 1-12] [--unique] [--any-order]";

function chosen<T extends string>(text: string | undefined, known: readonly T[], what: string): T[] | undefined {
  if (text === undefined) return undefined;
  return text.split(",").map((item) => {
    const match = known.find((candidate) => candidate === item);
    if (match === undefined) throw new RangeError(`unknown ${what} "${item}", expected one of ${known.join(", ")}`);
    return match;
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      split: { type: "string", default: "train" },
      count: { type: "string", default: "1000" },
      families: { type: "string" },
      bands: { type: "string" },
      levels: { type: "string" },
      unique: { type: "boolean", default: false },
      "any-order": { type: "boolean", default: false },
    },
  });
  const count = Number(values.count);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`count ${values.count} is no whole number`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed ${values.seed} is no whole number`);
  const levels = values.levels === undefined ? undefined : /^(\d+)-(\d+)$/.exec(values.levels);
  if (levels === null) throw new RangeError(`levels ${values.levels} are not of the form 1-12`);
  const options = {
    seed,
    split: chosen(values.split, SPLITS, "split")?.[0] as Split,
    families: chosen<Family>(values.families, FAMILIES, "family"),
    bands: chosen<Band>(values.bands, BANDS, "band"),
    levels: levels === undefined ? undefined : ([Number(levels[1]), Number(levels[2])] as const),
  };
  const source = values.unique ? generateProblems({ ...options, count }) : streamProblems(options);
  const orders = createRng(seed);
  let written = 0;
  let buffer = "";
  for (const problem of source) {
    if (written >= count) break;
    const { structure: _, ...drawn } = { structure: "", ...problem };
    const shown = values["any-order"] ? { ...drawn, steps: inAnyOrder(drawn.steps, orders) } : drawn;
    buffer += `${JSON.stringify(shown)}\n`;
    written += 1;
    if (buffer.length > 65_536) {
      if (!process.stdout.write(buffer)) await once(process.stdout, "drain");
      buffer = "";
    }
  }
  process.stdout.write(buffer);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
});
