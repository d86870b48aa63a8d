import type { Selection } from "@reckon/core";
import { profileOf } from "@reckon/planning";
import { runReplay } from "../replay/run-replay.ts";
import type { Records } from "../sample-record.ts";
import type { MethodRun } from "./solve-direct.ts";

/** What a vote of the first `size` recorded samples came to, as if they had been drawn for it: nothing but the votes differs from a live run. */
export function replayedRuns({ origin, problems }: Records, selection: Selection, size: number): MethodRun[] {
  const isMajority = selection === "majority";
  const plan = {
    ...{ samples: size, window: size, selection, profile: profileOf(origin.model) },
    stopRule: { name: "none", threshold: 1, minVotes: 1 },
    signs: isMajority ? undefined : "both",
  } as const;
  return runReplay(problems, plan, 1).map(({ problem, correct, confidence, outputTokens, started, voted }) => ({
    ...{ id: problem.id, band: problem.band, correct, confidence: confidence?.value, outputTokens },
    ...{ samples: started, votes: voted, degradations: [] },
    promptTokens: undefined,
    verifierTokens: isMajority ? 0 : undefined,
  }));
}
