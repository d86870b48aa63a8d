import type { SampleDiversity } from "@reckon/core";
import type { SampleRecord } from "./sample-record.ts";

/** A line without differences in space. */
const plain = (line: string) => line.trim().replace(/\s+/g, " ");

/** How different the samples of a solve were: their first steps, and whole chains that repeat one another. */
export function diversityOf(samples: readonly Pick<SampleRecord, "tracker" | "end">[]): SampleDiversity {
  const firstSteps = new Set<string>();
  const chains = new Set<string>();
  let duplicates = 0;
  for (const { tracker, end } of samples) {
    const [first] = tracker.steps;
    if (first !== undefined) firstSteps.add(plain(first.text));
    if (end?.reason !== "stop") continue;
    const chain = tracker.steps.map((step) => plain(step.text)).join("\n");
    if (chains.has(chain)) duplicates += 1;
    chains.add(chain);
  }
  return { firstSteps: firstSteps.size, duplicates };
}
