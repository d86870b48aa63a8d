import {
  type Candidate,
  type Confidence,
  emptyLedger,
  type LedgerSnapshot,
  type Outcome,
  type SampleEnd,
  type SampleUsage,
  type SolveEvent,
  settleSample,
} from "@reckon/core";

/** What the log of a solve says of one of its samples. */
interface LoggedSample {
  outputTokens: number;
  end: SampleEnd | undefined;
  usage: SampleUsage | undefined;
  steps: number;
  voted: boolean;
}

/**
 * The outcome of a solve that nobody runs any more, from the events in its log: the candidates, the confidence and the ledger as
 * they were last told; samples that had not ended count as cancelled, with the tokens that were seen. Stop reason `lost`.
 */
export function endLostSolve(events: readonly { readonly event: SolveEvent; readonly elapsedMs: number }[]): Outcome {
  const samples = new Map<number, LoggedSample>();
  let candidates: readonly Candidate[] = [];
  let confidence: Confidence | undefined;
  let told: LedgerSnapshot = emptyLedger();
  const sampleOf = (index: number) => {
    const known = samples.get(index);
    if (known !== undefined) return known;
    const fresh: LoggedSample = { outputTokens: 0, end: undefined, usage: undefined, steps: 0, voted: false };
    samples.set(index, fresh);
    return fresh;
  };
  for (const { event } of events) {
    if (event.type === "sample-started") sampleOf(event.sample);
    else if (event.type === "thought-delta") sampleOf(event.sample).outputTokens = event.outputTokens;
    else if (event.type === "sample-ended") {
      const { reason: end, usage, steps, vote } = event;
      Object.assign(sampleOf(event.sample), { end, usage, steps, voted: vote !== undefined });
    } else if (event.type === "confidence-changed") ({ candidates, confidence, ledger: told } = event);
  }
  const all = [...samples.values()];
  const voters = all.filter(({ voted }) => voted);
  const count = (end: SampleEnd) => all.filter((sample) => sample.end === end).length;
  const inFlight = all.filter(({ end }) => end === undefined).length;
  const answer = candidates[0]?.answer;
  const sentence = "the orchestrator that ran this solve was lost: another one ended it with what its log says";
  return {
    answer,
    confidence,
    stopReason: "lost",
    candidates,
    ledger: ledgerOf(all, told),
    latencyMs: events.at(-1)?.elapsedMs ?? 0,
    samplesStarted: all.length,
    samplesVoted: Math.max(
      voters.length,
      candidates.reduce((sum, candidate) => sum + candidate.samples, 0),
    ),
    samplesCancelled: count("cancelled") + inFlight,
    samplesPruned: count("pruned"),
    samplesFailed: count("failed"),
    meanSteps: voters.length === 0 ? undefined : voters.reduce((sum, { steps }) => sum + steps, 0) / voters.length,
    failure: answer === undefined ? "the orchestrator was lost before a sample had voted" : undefined,
    degradations: [sentence],
  };
}

/**
 * The ledger that was told last, and what has been spent since. A sample may be booked there before its end is told (it waits for
 * its verdict), so tokens are counted by sample, and what is in no other role counts as cancelled.
 */
function ledgerOf(samples: readonly LoggedSample[], told: LedgerSnapshot): LedgerSnapshot {
  let seen = emptyLedger();
  for (const { end = "cancelled", usage, outputTokens } of samples) {
    seen = settleSample(seen, end, usage ?? { promptTokens: 0, cachedPromptTokens: 0, outputTokens });
  }
  const bySample = ({ answerTokens, cancelledTokens, failedTokens }: LedgerSnapshot) =>
    answerTokens + cancelledTokens + failedTokens;
  // Where the oldest events are gone, what was told still holds theirs.
  const outputTokens = Math.max(bySample(seen), bySample(told));
  const answerTokens = Math.max(told.answerTokens, seen.answerTokens);
  const failedTokens = Math.max(told.failedTokens, seen.failedTokens);
  return {
    ...told,
    calls: Math.max(told.calls, seen.calls),
    promptTokens: Math.max(told.promptTokens, seen.promptTokens),
    answerTokens,
    failedTokens,
    cancelledTokens: Math.max(told.cancelledTokens, outputTokens - answerTokens - failedTokens),
  };
}
