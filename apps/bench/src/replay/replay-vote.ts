import type { Selection } from "@reckon/core";
import { profileOf } from "@reckon/planning";
import type { Records } from "../sample-record.ts";
import { type Replayed, runReplay } from "./run-replay.ts";

/** A vote of so many recorded samples of each problem, with no early stop, in several orders of its samples. */
export function replayVote(
  { origin, problems }: Records,
  selection: Selection,
  samples: number,
  orders: number,
): Replayed[] {
  return runReplay(
    problems,
    {
      ...{ samples, selection, window: samples, profile: profileOf(origin.model) },
      stopRule: { name: "none", threshold: 1, minVotes: 1 },
      signs: selection === "majority" ? undefined : "both",
    },
    orders,
  );
}
