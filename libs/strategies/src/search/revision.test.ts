import { describe, expect, it } from "vitest";
import { firstDoubtful } from "./revision.ts";

describe("firstDoubtful", () => {
  it("is the first step more likely wrong than right, else the worst, and none where all are good", () => {
    expect(firstDoubtful([0.9, 0.4, 0.1])).toBe(1);
    expect(firstDoubtful([0.95, 0.7, 0.8])).toBe(1);
    expect(firstDoubtful([0.95, 0.9, 0.99])).toBeUndefined();
  });
});
