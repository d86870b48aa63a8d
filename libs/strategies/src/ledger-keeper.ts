import {
  costUsd,
  emptyLedger,
  type LedgerCaps,
  type LedgerSnapshot,
  outputTokensOf,
  type SampleEnd,
  type SampleRoute,
  type SampleUsage,
  settleSample,
  type TokenPrices,
  totalTokensOf,
} from "@reckon/core";

/** What one sample may cost: each of its attempts (hedges included) the prompt and `maxTokens`. */
export interface SampleAllowance {
  readonly maxTokens: number;
  readonly attempts: number;
}

/** What a ledger goes by. */
export interface LedgerKeeperOptions {
  readonly caps: LedgerCaps;
  /** Of the model; without them nothing has a cost unless its backend says so. */
  readonly prices?: TokenPrices | undefined;
  /** What a million tokens of the verifier cost at most. Default 0. */
  readonly verifierUsdPerMillion?: number | undefined;
  /** The most tokens that the prompt of one attempt can have. */
  readonly promptBound: number;
}

/** Keeps the ledger of one solve: what was spent, and what samples and verifiers in flight may still spend. */
export interface LedgerKeeper {
  readonly snapshot: LedgerSnapshot;
  /** Whether anything is limited, so that something must be reserved before it is spent. */
  readonly limited: boolean;
  /** Whether prompts and verifiers count against a limit too. */
  readonly totalsLimited: boolean;
  /** The most tokens that each of `places` samples may have, all of them together; 0 where there is room for none, `Infinity` without limits. */
  affordableTokens(attempts: number, places: number): number;
  /** Sets aside what a sample about to start may cost; false, and nothing set aside, where less is left. */
  reserve(sample: number, allowance: SampleAllowance): boolean;
  /** Books a sample's exact usage in the role it ended in and frees its reservation. Each sample is booked once; again does nothing. */
  settle(sample: number, end: SampleEnd, usage: SampleUsage, route?: SampleRoute): void;
  /** Frees what was set aside for a sample that was never started. */
  release(sample: number): void;
  /** Output tokens that were booked in the role of one end were of another: parts of a sample are booked before its end is known. */
  rebook(from: SampleEnd, to: SampleEnd, outputTokens: number): void;
  /** As `settle`, where the usage is only what was seen of it: the rest stays set aside, as it may have been spent. */
  settleUnheard(sample: number, end: SampleEnd, seen: SampleUsage): void;
  /** Sets aside what a verifier may read, and its call where it is a model's judgement; false where less is left. */
  reserveVerification(key: string, tokens: number, calls: number): boolean;
  /** Books what a verifier has read. What was asked and never answered stays set aside: it may have been spent. */
  settleVerification(key: string, spent: { tokens: number; costUsd: number | undefined; calls: number }): void;
}

interface Amounts {
  readonly calls: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly costUsd: number;
}

const nothing: Amounts = { calls: 0, outputTokens: 0, totalTokens: 0, costUsd: 0 };
// Sums of prices are not exact in binary; this is far below the price of any token.
const roundingUsd = 1e-12;

function add(a: Amounts, b: Amounts, sign: 1 | -1): Amounts {
  return {
    calls: a.calls + sign * b.calls,
    outputTokens: a.outputTokens + sign * b.outputTokens,
    totalTokens: a.totalTokens + sign * b.totalTokens,
    costUsd: a.costUsd + sign * b.costUsd,
  };
}

/** Opens the ledger of a solve. Whatever order things happen in, what is spent and set aside together stays within the caps. */
export function createLedgerKeeper(options: LedgerKeeperOptions): LedgerKeeper {
  const { caps, prices, promptBound, verifierUsdPerMillion = 0 } = options;
  const limitOf: Amounts = {
    calls: caps.maxCalls ?? Number.POSITIVE_INFINITY,
    outputTokens: caps.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    totalTokens: caps.maxTotalTokens ?? Number.POSITIVE_INFINITY,
    costUsd: caps.maxCostUsd ?? Number.POSITIVE_INFINITY,
  };
  const limited = Object.values(limitOf).some(Number.isFinite);
  const promptUsd = Math.max(prices?.promptUsd ?? 0, prices?.cachedPromptUsd ?? 0) / 1e6;
  const outputUsd = (prices?.outputUsd ?? 0) / 1e6;
  const reservations = new Map<string, Amounts>();
  let snapshot = emptyLedger(caps);
  let held = nothing;

  const left = (): Amounts => {
    const spent: Amounts = {
      calls: snapshot.calls,
      outputTokens: outputTokensOf(snapshot),
      totalTokens: totalTokensOf(snapshot),
      costUsd: snapshot.costUsd ?? 0,
    };
    return add(add(limitOf, spent, -1), held, -1);
  };
  const hold = (key: string, amounts: Amounts): boolean => {
    const room = left();
    const fits =
      room.calls >= amounts.calls &&
      room.outputTokens >= amounts.outputTokens &&
      room.totalTokens >= amounts.totalTokens &&
      room.costUsd >= amounts.costUsd - roundingUsd;
    if (!fits) return false;
    reservations.set(key, amounts);
    held = add(held, amounts, 1);
    return true;
  };
  const release = (key: string): boolean => {
    const amounts = reservations.get(key);
    if (amounts === undefined) return false;
    reservations.delete(key);
    held = reservations.size === 0 ? nothing : add(held, amounts, -1);
    return true;
  };
  /** Of `attempts` attempts; whoever sets no limit sets nothing aside. */
  const costOf = (maxTokens: number, attempts: number): Amounts => ({
    calls: attempts,
    outputTokens: attempts * maxTokens,
    totalTokens: attempts * (promptBound + maxTokens),
    costUsd: attempts * (promptBound * promptUsd + (outputUsd === 0 ? 0 : maxTokens * outputUsd)),
  });

  const keeper: LedgerKeeper = {
    get snapshot() {
      return snapshot;
    },
    limited,
    totalsLimited: Number.isFinite(limitOf.totalTokens) || Number.isFinite(limitOf.costUsd),
    affordableTokens(attempts, places) {
      if (!limited) return Number.POSITIVE_INFINITY;
      const room = left();
      if (room.calls < attempts) return 0;
      const shares = attempts * places;
      const spare = room.costUsd / shares - promptBound * promptUsd;
      const byCost = outputUsd > 0 ? (spare + roundingUsd) / outputUsd : spare >= 0 ? Number.POSITIVE_INFINITY : 0;
      const most = Math.min(room.outputTokens / shares, room.totalTokens / shares - promptBound, byCost);
      return Math.max(0, Number.isFinite(most) ? Math.floor(most) : most);
    },
    release: (sample) => void release(`sample ${sample}`),
    rebook(from, to, outputTokens) {
      const usage = (tokens: number): SampleUsage => ({ promptTokens: 0, cachedPromptTokens: 0, outputTokens: tokens });
      snapshot = settleSample(snapshot, from, usage(-outputTokens), { attempts: 0 });
      snapshot = settleSample(snapshot, to, usage(outputTokens), { attempts: 0 });
    },
    reserve: (sample, { maxTokens, attempts }) => hold(`sample ${sample}`, costOf(maxTokens, attempts)),
    settleUnheard(sample, end, seen) {
      const reserved = reservations.get(`sample ${sample}`);
      if (reserved === undefined) return;
      keeper.settle(sample, end, seen);
      const { outputTokens } = seen;
      const spent = { calls: 1, outputTokens, totalTokens: outputTokens, costUsd: outputTokens * outputUsd };
      hold(`unheard ${sample}`, add(reserved, spent, -1));
    },
    settle(sample, end, usage, route) {
      if (!release(`sample ${sample}`)) return;
      const known = route?.costUsd ?? (prices && costUsd(usage, prices));
      const { attempts = 1, hedgedUsage } = route ?? {};
      snapshot = settleSample(snapshot, end, usage, {
        attempts,
        ...(hedgedUsage && { hedgedUsage }),
        ...(known !== undefined && { costUsd: known }),
      });
    },
    reserveVerification(key, tokens, calls) {
      if (!limited) return true;
      return hold(`verification ${key}`, {
        calls,
        outputTokens: 0,
        totalTokens: tokens,
        costUsd: (tokens * verifierUsdPerMillion) / 1e6,
      });
    },
    settleVerification(key, spent) {
      release(`verification ${key}`);
      snapshot = {
        ...snapshot,
        calls: snapshot.calls + spent.calls,
        verifierTokens: snapshot.verifierTokens + spent.tokens,
        ...(spent.costUsd !== undefined && { costUsd: (snapshot.costUsd ?? 0) + spent.costUsd }),
      };
    },
  };
  return keeper;
}
