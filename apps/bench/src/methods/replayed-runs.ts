import type { Selection } from "@reckon/core";
import { replayVote } from "../replay/replay-vote.ts";
import type { Records } from "../sample-record.ts";
import type { MethodRun } from "./solve-direct.ts";

/** What a vote of so many recorded samples came to, as if they had been drawn for it: nothing but the votes differs from a live run. */
export function replayedRuns(records: Records, selection: Selection, size: number): MethodRun[] {
  return replayVote(records, selection, size, 1).map(
    ({ problem, correct, confidence, outputTokens, started, voted }) => ({
      ...{ id: problem.id, band: problem.band, correct, confidence: confidence?.value, outputTokens },
      ...{ calls: started, samples: started, votes: voted, degradations: [] },
      promptTokens: undefined,
      verifierTokens: selection === "majority" ? 0 : undefined,
    }),
  );
}
