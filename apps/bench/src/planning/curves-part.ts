import { createEngine } from "@reckon/engine";
import { createPredictor } from "@reckon/planning";
import { count, decimal, percent } from "../format.ts";
import type { Part } from "../part.ts";
import { weightsFolder } from "../prm-use.ts";
import { loadRecords, recordFlags } from "../records.ts";
import { curvesFileOf, writeCurves } from "./curves-file.ts";
import { fitModelCurves } from "./fit-curves.ts";
import { measureSpeed } from "./measure-speed.ts";

const shown = [1, 4, 16, 64] as const;

/** Fits how the embedded model's accuracy grows with samples, on validation problems; never on test problems. */
export const curvesPart: Part = {
  name: "curves",
  summary: "fits planning's scaling curves of the embedded model on validation problems; --write keeps them",
  flags: { ...recordFlags, write: { type: "boolean" }, speed: { type: "boolean" }, curves: { type: "string" } },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "validation", problems: 1500, reuse: true }, progress);
    const engine = await createEngine({ weightsDir: weightsFolder(flags), parts: ["decoder"] });
    try {
      const speed = await measureSpeed(
        engine,
        records.problems.slice(0, 100).map(({ prompt }) => prompt),
      );
      const curves = fitModelCurves(records, { countTokens: (prompt) => engine.countTokens(prompt), speed });
      if (flags.write === true) writeCurves(curvesFileOf(flags), records.origin.model, curves);
      return {
        title: `Scaling curves of ${records.origin.model}`,
        notes: [
          `${curves.fittedOn}; by quintile of the difficulty that its text alone is given`,
          speed === undefined
            ? "no speed was measured (--speed does, on a machine that has nothing else to do): latency is not known"
            : `a sample decodes ${count(speed.tokensPerSecond)} tokens a second with 8 in flight, 32 together ${count(speed.totalTokensPerSecond)}`,
          flags.write === true
            ? "written to libs/planning/src/scaling/curves.json, without prices: those were of the bands before (prices --write)"
            : "not written (--write keeps them)",
        ],
        tables: [
          {
            caption: "What was fitted, and what it says of 1, 4, 16 and 64 samples",
            columns: [
              "difficulty up to",
              "Beta",
              "wrong answers",
              "weighing",
              "tokens",
              "pass@k",
              "majority",
              "weighted vote",
            ],
            rows: curves.bands.map(({ upTo, outputTokens, curve }) => {
              const { shape, errors, weighing } = curve.model;
              const predictor = createPredictor(curve);
              const row = (measure: Parameters<typeof predictor.valueAt>[0]) =>
                shown.map((k) => percent(predictor.valueAt(measure, k))).join(", ");
              return [
                decimal(upTo, 3),
                `${decimal(shape.alpha, 2)}, ${decimal(shape.beta, 2)}`,
                `${decimal(errors.concentration, 2)}, ${decimal(errors.discount, 2)}`,
                weighing === undefined
                  ? "–"
                  : [weighing.intercept, weighing.ratio, weighing.scatter].map((x) => decimal(x, 2)).join(", "),
                decimal(outputTokens, 0),
                row("coverage"),
                row("majority"),
                row("weighted-vote"),
              ];
            }),
          },
        ],
        figures: { curves },
      };
    } finally {
      await engine.close();
    }
  },
};
