import { tally } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { signsWorth } from "./evidence.ts";
import { defaultProfile } from "./model-profile.ts";
import type { ScoredVote } from "./scored-vote.ts";
import { decide } from "./stopping.ts";
import { weighVotes } from "./weigh-votes.ts";

/** A small generator of numbers in [0, 1): the same seed, the same numbers. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("a vote that comes after the stop", () => {
  it.each(["confidence", "beta"] as const)("makes answers no worse under the rule %s", (name) => {
    // So many that what a few votes do by chance does not decide.
    const problems = 8_000;
    const random = mulberry32(7);
    const { evidence } = defaultProfile.errorModel;
    const typical = evidence.kinds.verifier?.typical ?? 0;
    const leaderOf = (votes: readonly ScoredVote[]) => tally(weighVotes(votes, "weighted-vote"))[0]?.canonical;
    let gained = 0;
    let lost = 0;
    for (let problem = 0; problem < problems; problem += 1) {
      const p = random();
      const cast = (sample: number): ScoredVote => {
        const right = random() < p;
        // A verifier that tells right from wrong as often as the error model says.
        const found = random() < 1 / (1 + Math.exp(-typical)) ? right : !right;
        const canonical = right ? "right" : `wrong ${Math.floor(random() * 4)}`;
        const signs = signsWorth(found ? typical : -typical, evidence, "verifier");
        return { sample, canonical, answer: canonical, weight: 1, ...signs };
      };
      const votes: ScoredVote[] = [];
      const rule = { name, threshold: 0.85, minVotes: 1, minGain: 0.055 };
      const stopped = () =>
        decide(rule, {
          votes: weighVotes(votes, "weighted-vote"),
          inFlight: 0,
          left: 8 - votes.length,
          evidence: "verifier",
          confidence: { prior: { alpha: 1, beta: 1 } },
        }).stop;
      while (!stopped()) votes.push(cast(votes.length));
      const atStop = leaderOf(votes) === "right";
      const afterwards = leaderOf([...votes, cast(votes.length)]) === "right";
      if (afterwards && !atStop) gained += 1;
      if (atStop && !afterwards) lost += 1;
    }
    expect(gained + lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(gained);
  });
});
