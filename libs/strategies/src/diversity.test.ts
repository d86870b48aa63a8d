import { describe, expect, it } from "vitest";
import { diversityOf } from "./diversity.ts";
import { createSampleRecord } from "./sample-record.ts";

function sampleOf(text: string, reason: "stop" | "cancelled" = "stop") {
  const record = createSampleRecord(0);
  record.tracker.feed(`${text}\n`);
  record.end = { reason, usage: record.usageSoFar, failure: undefined };
  return record;
}

describe("diversityOf", () => {
  it("counts different first steps, and whole chains that say the same in other spacing", () => {
    const samples = [
      ...["1 + 1 = 2\nAnswer: 2", "1 + 1  = 2\nAnswer: 2", "1 + 1 = 3\nAnswer: 3"].map((text) => sampleOf(text)),
      sampleOf("1 + 1 = 2\nAnswer: 2", "cancelled"),
    ];
    expect(diversityOf(samples)).toEqual({ firstSteps: 2, duplicates: 1 });
    expect(diversityOf([])).toEqual({ firstSteps: 0, duplicates: 0 });
  });
});
