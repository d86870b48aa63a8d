import {
  emptyLedger,
  type LedgerSnapshot,
  outputTokensOf,
  type SampleEnd,
  type SampleUsage,
  settleSample,
} from "@reckon/core";

/** Keeps the ledger of one solve: what was spent, and what samples in flight may still spend. */
export interface LedgerKeeper {
  readonly snapshot: LedgerSnapshot;
  /** Output tokens that are neither spent nor reserved; `Infinity` without a limit. */
  available(): number;
  /** Sets `tokens` aside for a sample about to start; false, and nothing set aside, where less is available. */
  reserve(sample: number, tokens: number): boolean;
  /** Books a sample's exact usage in the role it ended in and frees its reservation. Each sample is booked once; again does nothing. */
  settle(sample: number, end: SampleEnd, usage: SampleUsage): void;
  addVerifierTokens(tokens: number): void;
}

/** Opens the ledger of a solve; `maxOutputTokens` limits answer, cancelled and failed tokens together. */
export function createLedgerKeeper(maxOutputTokens?: number): LedgerKeeper {
  let snapshot = emptyLedger(maxOutputTokens);
  const reserved = new Map<number, number>();
  const available = () => {
    const held = [...reserved.values()].reduce((sum, tokens) => sum + tokens, 0);
    return (maxOutputTokens ?? Number.POSITIVE_INFINITY) - outputTokensOf(snapshot) - held;
  };
  return {
    get snapshot() {
      return snapshot;
    },
    available,
    reserve(sample, tokens) {
      if (available() < tokens) return false;
      reserved.set(sample, tokens);
      return true;
    },
    settle(sample, end, usage) {
      if (!reserved.delete(sample)) return;
      snapshot = settleSample(snapshot, end, usage);
    },
    addVerifierTokens(tokens) {
      snapshot = { ...snapshot, verifierTokens: snapshot.verifierTokens + tokens };
    },
  };
}
