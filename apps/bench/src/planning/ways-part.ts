import { type Method, ReckonError } from "@reckon/core";
import type { Split } from "@reckon/models";
import type { DraftedSearch } from "@reckon/planning";
import { estimateMean } from "../bootstrap-mean.ts";
import { count, decimal, percentWithInterval } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import { draftedCase } from "../methods/method-cases.ts";
import { openDirectPorts } from "../methods/open-ports.ts";
import { runsSoFar, writeRuns } from "../methods/run-file.ts";
import { solveAll } from "../methods/solve-cell.ts";
import type { MethodRun } from "../methods/solve-direct.ts";
import type { Part } from "../part.ts";
import { testProblems } from "../problems.ts";
import { splitFlag } from "../records.ts";
import { costsOf } from "./search-points.ts";

/** What a search after drafts did on problems. */
export interface WayRuns {
  readonly search: DraftedSearch;
  readonly split: Split;
  readonly seed: number;
  readonly runs: readonly MethodRun[];
}

/** Solves problems by searches that begin where whole samples leave doubt; `prices` learns from it when each is worth most. */
export const waysPart: Part = {
  name: "ways",
  summary:
    "accuracy and tokens of searches after drafts, for prices: --ways METHOD:SIZE+DRAFTS@THRESHOLD,... --runs FILE",
  flags: {
    count: { type: "string" },
    split: { type: "string" },
    seed: { type: "string" },
    parallel: { type: "string" },
    ways: { type: "string" },
    runs: { type: "string" },
  },
  async run(flags, progress) {
    const problems = integerFlag(flags, "count", 800, 3, 100_000);
    const split = splitFlag(flags, "validation");
    const seed = integerFlag(flags, "seed", 1, 0, Number.MAX_SAFE_INTEGER);
    const parallel = integerFlag(flags, "parallel", 6, 1, 64);
    if (typeof flags.ways !== "string") throw new ReckonError("invalid-argument", "--ways is needed");
    const searches = flags.ways.split(",").map(readWay);
    const file = typeof flags.runs === "string" ? flags.runs : undefined;
    const asked = testProblems(problems, seed, split);
    const ports = await openDirectPorts();
    try {
      let all = runsSoFar<WayRuns>(file);
      const shown: WayRuns[] = [];
      for (const search of searches) {
        const done = all.find((way) => isSame(way, { search, split, seed }) && way.runs.length >= problems);
        const work = { ports, parallel, seed };
        const way = done ?? { search, split, seed, runs: await solveAll(draftedCase(search), 0, asked, work) };
        all = [...all.filter((other) => !isSame(other, way)), way];
        if (file !== undefined) writeRuns(file, all);
        shown.push(way);
        progress(draftedCase(search).name);
      }
      return {
        title: "Searches after drafts",
        notes: [`${problems} ${split} problems of the embedded model (seed ${seed}); tokens a problem`],
        tables: [
          {
            caption: "What they reach and spend",
            columns: ["way", "right", "output", "prefix", "verifier"],
            rows: shown.map(({ search, runs }) => {
              const { outputTokens, promptTokens, verifierTokens } = costsOf(runs);
              return [
                draftedCase(search).name,
                percentWithInterval(estimateMean(runs.map((run) => Number(run.correct)))),
                decimal(outputTokens),
                count(promptTokens),
                count(verifierTokens),
              ];
            }),
          },
        ],
        figures: { problems, split, seed },
      };
    } finally {
      await ports.close();
    }
  },
};

const searched: readonly Method[] = ["beam", "monte-carlo", "tree", "revision"];

function readWay(text: string): DraftedSearch {
  const [, method = "", samples, drafts, threshold] = /^([a-z-]+):(\d+)\+(\d+)@(0?\.\d+)$/.exec(text) ?? [];
  const known = searched.find((one) => one === method);
  if (known !== undefined) {
    return { method: known, samples: Number(samples), drafts: Number(drafts), threshold: Number(threshold) };
  }
  const why = `--ways has ${JSON.stringify(text)}, it takes METHOD:SIZE+DRAFTS@THRESHOLD with ${searched.join(", ")}, such as beam:2+2@0.8`;
  throw new ReckonError("invalid-argument", why);
}

const isSame = (a: Omit<WayRuns, "runs">, b: Omit<WayRuns, "runs">) =>
  a.split === b.split && a.seed === b.seed && draftedCase(a.search).name === draftedCase(b.search).name;
