import { modelReport } from "./model-report.ts";
import type { Part } from "./part.ts";
import { scoringFlags, scoringOf } from "./prm-use.ts";
import { loadRecords, recordFlags } from "./records.ts";

/** The accuracy of the embedded model and of every way to choose among its samples, straight on the engine. */
export const modelPart: Part = {
  name: "model",
  summary: "accuracy of one sample, majority, PRM and log-probability selectors on test problems, by band",
  flags: { ...recordFlags, ...scoringFlags },
  async run(flags, progress) {
    const records = await loadRecords(flags, { split: "test", problems: 500, reuse: false }, progress);
    return modelReport(records, scoringOf(flags, records.origin.model));
  },
};
