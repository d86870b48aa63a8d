import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { emptyLedger, type LedgerSnapshot, type Outcome, ReckonError, type SolveEvent } from "@reckon/core";
import { type SolveBatchResponse, SolveBatchResponseSchema } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import {
  type BatchItem,
  ledgerToProto,
  outcomeToProto,
  type SolveBatchRequest,
  solveEventToProto,
  toConnectError,
} from "@reckon/rpc";
import type { Estimated } from "../estimate.ts";
import { createSharedAccount, isDry, type SharedAccount } from "../ledger/shared-account.ts";
import { mergeStreams } from "../merge-streams.ts";
import type { Solver } from "../solver.ts";
import { createBatchPrices } from "./batch-prices.ts";
import { type BatchShares, createBatchShares, type Share } from "./batch-shares.ts";
import type { Prospect } from "./prospect.ts";

type News = MessageInitShape<typeof SolveBatchResponseSchema>["news"];

/** A problem of a batch, and what is known of it before it begins. */
interface Entry {
  readonly item: BatchItem;
  readonly estimated: Estimated | undefined;
  take(): Share;
  settle(share: Share, spent: LedgerSnapshot): void;
}

/**
 * Solves the problems of a batch, `maxParallel` at once, under one ledger. Where that is scarce and the model's curves are known, it is spent by
 * marginal gain (docs/planning.md), else divided evenly among those that may run at once. A problem that fails ends with its failure and the
 * rest goes on; one for which nothing is left on the ledger ends with stop reason `budget`. The last message is
 * `batch_ended`. Leaving early ends every problem that runs.
 */
export async function* solveBatch(
  request: SolveBatchRequest,
  solver: Solver,
  nowMs: () => number,
): AsyncGenerator<SolveBatchResponse, void, void> {
  const ledger = createSharedAccount(request.caps);
  const counts = { solved: 0, failed: 0 };

  async function* solveItem({ item, estimated, take, settle }: Entry): AsyncGenerator<SolveBatchResponse, void, void> {
    const say = (news: News) => create(SolveBatchResponseSchema, { itemId: item.id, news });
    const startedAtMs = nowMs();
    const share = take();
    let spent: LedgerSnapshot = emptyLedger();
    let sequence = 0;
    try {
      const outcome = yield* forward(item, { ...share, estimated }, (event) => {
        if (event.type === "confidence-changed") spent = event.ledger;
        if (!request.streamEvents || (item.omitThoughts && event.type === "thought-delta")) return undefined;
        sequence += 1;
        return say({ case: "event", value: solveEventToProto(event, sequence, nowMs() - startedAtMs) });
      });
      spent = outcome.ledger;
      counts.solved += 1;
      yield say({ case: "itemEnded", value: { result: { case: "outcome", value: outcomeToProto(outcome) } } });
    } catch (thrown) {
      const { code, rawMessage } = toConnectError(thrown);
      counts.failed += 1;
      yield say({ case: "itemEnded", value: { result: { case: "failure", value: { code, message: rawMessage } } } });
    } finally {
      settle(share, spent);
    }
  }

  async function* forward(
    item: BatchItem,
    { part, maxSamples, tokenGain, reason, estimated }: Share & Pick<Entry, "estimated">,
    tell: (event: SolveEvent) => SolveBatchResponse | undefined,
  ): AsyncGenerator<SolveBatchResponse, Outcome, void> {
    if (isDry(part)) return spentOutcome();
    const { problem, overrides } = item;
    for await (const event of solver.solve({
      ...{ problem, overrides, caps: part, maxSamples, tokenGain, estimated, wait: true },
      reasons: reason === undefined ? [] : [reason],
    })) {
      const message = tell(event);
      if (message) yield message;
      if (event.type === "solve-ended") return event.outcome;
    }
    throw new ReckonError("internal", "the solve ended without an outcome");
  }

  const entries = await entriesOf(request, solver, ledger);
  const streams = entries.map((entry) => () => solveItem(entry));
  yield* mergeStreams(streams, request.maxParallel);
  yield create(SolveBatchResponseSchema, {
    news: { case: "batchEnded", value: { ...counts, ledger: ledgerToProto(ledger.total) } },
  });
}

/** Prospects are looked up for so many problems at once. */
const lookupsAtOnce = 16;

/** The problems in the order in which they should begin, each with the share that it may take when it does. */
async function entriesOf(request: SolveBatchRequest, solver: Solver, ledger: SharedAccount): Promise<Entry[]> {
  const { items, maxParallel, caps } = request;
  const prospects = Object.keys(caps).length === 0 ? undefined : await prospectsOf(items, solver);
  const shares =
    prospects &&
    createBatchShares(
      prospects.map(({ options }) => options),
      caps,
      ledger,
      { prices: createBatchPrices(prospects.map(({ priced }) => priced)), maxParallel },
    );
  if (shares !== undefined) return byGain(items, shares, prospects ?? []);
  let begun = 0;
  // Those that may run at once share what is free, the ones that run already hold theirs.
  const take = (): Share => {
    const takers = begun < maxParallel ? Math.min(maxParallel, items.length) - begun : 1;
    begun += 1;
    return { part: ledger.take(takers), maxSamples: undefined, tokenGain: undefined, reason: undefined };
  };
  const settle = ({ part }: Share, spent: LedgerSnapshot) => ledger.settle(part, spent);
  return items.map((item, place) => ({ item, estimated: prospects?.[place]?.estimated, take, settle }));
}

function byGain(items: readonly BatchItem[], shares: BatchShares, prospects: readonly Prospect[]): Entry[] {
  return shares.order.map((place) => ({
    item: items[place] as BatchItem,
    estimated: prospects[place]?.estimated,
    take: () => shares.take(place),
    settle: (share, spent) => shares.settle(place, share, spent),
  }));
}

/** What each problem would cost and bring; `undefined` where that is not known of all of them, since one account is divided among all. */
async function prospectsOf(items: readonly BatchItem[], solver: Solver): Promise<Prospect[] | undefined> {
  const prospects: Prospect[] = [];
  for (let start = 0; start < items.length; start += lookupsAtOnce) {
    const some = await Promise.all(items.slice(start, start + lookupsAtOnce).map((item) => solver.prospect(item)));
    for (const prospect of some) {
      if (prospect === undefined) return undefined;
      prospects.push(prospect);
    }
  }
  return prospects;
}

function spentOutcome(): Outcome {
  return {
    answer: undefined,
    confidence: undefined,
    stopReason: "budget",
    candidates: [],
    ledger: emptyLedger(),
    latencyMs: 0,
    samplesStarted: 0,
    samplesVoted: 0,
    samplesCancelled: 0,
    samplesPruned: 0,
    samplesFailed: 0,
    meanSteps: undefined,
    failure: undefined,
    degradations: ["the batch had spent what it may before this problem began"],
  };
}
