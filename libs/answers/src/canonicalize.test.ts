import { describe, expect, it } from "vitest";
import { areEquivalent, canonicalize } from "./canonicalize.ts";
import { equivalencePairs } from "./equivalence-pairs.ts";

describe("areEquivalent", () => {
  it("judges every hand-made pair as its author did", () => {
    const wrong = equivalencePairs.filter(([kind, a, b, equal]) => areEquivalent(a, b, kind) !== equal);
    const shown = wrong.map(
      ([kind, a, b]) => `${kind}: ${a} (${canonicalize(a, kind)}) | ${b} (${canonicalize(b, kind)})`,
    );
    console.info(`equivalence pairs: ${equivalencePairs.length - wrong.length} of ${equivalencePairs.length} right`);
    expect(shown).toEqual([]);
  });
});
