import { writeFileSync } from "node:fs";
import { calibrated, type ModelProfile, profileOf, reliabilitySvg } from "@reckon/planning";
import { type Prediction, type PredictionQuality, predictionQuality } from "@reckon/stats";
import { decimal, percent } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Part } from "../part.ts";
import { readRecords } from "../record-file.ts";
import { loadRecords, recordFlags } from "../records.ts";
import { type CalibrationState, earlyVotes, type Sense, senses, statesAt, stopStates } from "./calibration-states.ts";
import { adaptivePlan } from "./fit-profile.ts";
import { runReplay } from "./run-replay.ts";

const resamples = 500;

/** Whether the confidence is what it says it is, on problems that nothing was fitted on, before and after calibration. */
export const confidencePart: Part = {
  name: "confidence",
  summary:
    "ECE, Brier and AUROC of the confidence on test problems, before and after calibration, by what a model can tell",
  flags: { ...recordFlags, more: { type: "string" }, orders: { type: "string" }, svg: { type: "string" } },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "test", problems: 500, reuse: true }, progress);
    const more =
      typeof flags.more === "string" ? await Promise.all(flags.more.split(",").map((file) => readRecords(file))) : [];
    const all = [records, ...more];
    const problems = all.flatMap((one) => one.problems);
    const orders = integerFlag(flags, "orders", 8, 1, 100);
    const profile = profileOf(records.origin.model);
    const replays = senses.map((sense) => {
      progress(sense.name);
      const plan = adaptivePlan(sense.signs, profile);
      const runs = runReplay(problems, plan, orders);
      return {
        sense,
        stops: stopStates(runs, plan),
        early: earlyVotes.map((votes) => ({ votes, states: statesAt(runs, votes, plan) })),
      };
    });
    const stopped = replays.flatMap(({ sense, stops }) =>
      (["before", "after"] as const).map((when) => ({ sense, when, quality: qualityOf(stops, sense, profile, when) })),
    );
    if (typeof flags.svg === "string") {
      const drawn = replays.map(({ sense, stops }) => ({
        name: sense.name,
        predictions: predictionsOf(stops, sense, profile, "after").flat(),
      }));
      writeFileSync(flags.svg, reliabilitySvg(drawn));
    }
    return {
      title: "Confidence on problems it was not fitted on",
      notes: [
        `${problems.length} problems of the ${records.origin.split} split (${all.map(({ origin }) => `${origin.problems} of seed ${origin.seed}`).join(", ")}), adaptive replayed in ${orders} orders of their samples; the calibrators were fitted on validation problems`,
        "before: the raw confidence of the same votes; after: what is reported, of kind calibrated",
        "ECE: 15 bins of equal mass, in brackets the 95 % bootstrap interval over problems; by chance: what true probabilities would show on so few problems; debiased: without that noise",
      ],
      tables: [
        {
          caption: "At the stop",
          columns: ["", "ECE", "by chance", "debiased", "Brier", "AUROC", "mean confidence", "right"],
          rows: stopped.map(({ sense, when, quality }) => [`${sense.name}, ${when}`, ...cellsOf(quality)]),
        },
        {
          caption: "The running confidence, in solves that went on after so many votes",
          columns: ["", "states", "ECE", "by chance", "debiased", "mean confidence", "right"],
          rows: replays.flatMap(({ sense, early }) =>
            early.map(({ votes, states }) => {
              const quality = qualityOf(states, sense, profile, "after");
              const [ece = "–", chance = "–", debiased = "–", , , confidence = "–", right = "–"] = cellsOf(quality);
              const name = `${sense.name}, ${votes} ${votes === 1 ? "vote" : "votes"}`;
              return [name, String(states.length), ece, chance, debiased, confidence, right];
            }),
          ),
        },
      ],
      figures: { stopped: stopped.map(({ sense, ...rest }) => ({ signs: sense.name, ...rest })) },
    };
  },
};

/** Probabilities and outcomes of states, those of one problem together. */
function predictionsOf(
  states: readonly CalibrationState[],
  { kind, signs }: Sense,
  { calibrators }: ModelProfile,
  when: "before" | "after",
): Prediction[][] {
  const groups = new Map<string, Prediction[]>();
  for (const state of states) {
    const { problem, raw, correct } = state;
    const after = when === "after" ? calibrated(calibrators, { of: kind, signs }, state) : undefined;
    const probability = after ?? raw;
    const group = groups.get(problem.id) ?? [];
    group.push({ probability, correct });
    groups.set(problem.id, group);
  }
  return [...groups.values()];
}

function qualityOf(
  states: readonly CalibrationState[],
  sense: Sense,
  profile: ModelProfile,
  when: "before" | "after",
): PredictionQuality | undefined {
  return predictionQuality(predictionsOf(states, sense, profile, when), { resamples });
}

function cellsOf(quality: PredictionQuality | undefined): string[] {
  if (quality === undefined) return [];
  const { calibration: ece, brier, auroc, meanProbability, accuracy } = quality;
  return [
    `${decimal(ece.value, 3)} [${decimal(ece.low, 3)}, ${decimal(ece.high, 3)}]`,
    decimal(ece.byChance, 3),
    decimal(ece.debiased, 3),
    decimal(brier.score, 4),
    decimal(auroc, 3),
    percent(meanProbability),
    percent(accuracy),
  ];
}
