import { problemFromPrompt } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { escalate } from "./escalate.ts";
import { overriddenDifficulty } from "./estimate-difficulty.ts";
import { makePlan } from "./make-plan.ts";
import { defaultPlanningSettings } from "./settings.ts";

const input = {
  problem: problemFromPrompt("2 + 2"),
  difficulty: overriddenDifficulty(0.5),
  overrides: {},
  capabilities: {
    ...{ logprobs: false, n: true, abort: true, continueFromPrefix: true, seed: true, processReward: true },
    policies: ["baseline"],
  },
};
const low = { value: 0.3, kind: "verifier" } as const;

describe("escalate", () => {
  it("leads from fast without an answer to the fallback strategy, and on", () => {
    const fast = makePlan({ ...input, overrides: { strategy: "fast" } });
    expect(escalate(fast, { confidence: low, cut: 0 }, input)).toBeUndefined();
    const balanced = escalate(fast, { confidence: undefined, cut: 1 }, input);
    expect(balanced).toMatchObject({
      strategy: "balanced",
      reasons: [expect.stringContaining("cut"), ...(balanced?.reasons.slice(1) ?? [])],
    });
    const comprehensive = balanced && escalate(balanced, { confidence: low, cut: 0 }, input);
    expect(comprehensive?.strategy).toBe("comprehensive");
  });

  it("spends the third verification round on fresh samples first", () => {
    const plan = makePlan({ ...input, overrides: { strategy: "comprehensive" } });
    expect(escalate(plan, { confidence: low, cut: 0 }, input)).toMatchObject({ strategy: "comprehensive", samples: 8 });
    expect(escalate(plan, { confidence: low, cut: 0, freshRounds: 1 }, input)?.strategy).toBe("adaptive");
  });

  it("does nothing where the leader is likely right, fallbacks are off or the client fixed N", () => {
    const plan = makePlan({ ...input, overrides: { strategy: "balanced" } });
    expect(escalate(plan, { confidence: { value: 0.6, kind: "verifier" }, cut: 0 }, input)).toBeUndefined();
    const settings = { ...defaultPlanningSettings, enableAutoFallback: false };
    expect(escalate(plan, { confidence: low, cut: 0 }, { ...input, settings })).toBeUndefined();
    expect(escalate(plan, { confidence: low, cut: 0 }, { ...input, overrides: { samples: 3 } })).toBeUndefined();
  });
});
