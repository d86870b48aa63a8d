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
import { createSharedAccount, isDry, type Part, type SharedAccount } from "./ledger/shared-account.ts";
import { mergeStreams } from "./merge-streams.ts";
import type { Solver } from "./solver.ts";

type News = MessageInitShape<typeof SolveBatchResponseSchema>["news"];

/**
 * Solves the problems of a batch, `maxParallel` at once, under one ledger. A problem that fails ends with its failure and the
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
  let begun = 0;

  async function* solveItem(item: BatchItem): AsyncGenerator<SolveBatchResponse, void, void> {
    const say = (news: News) => create(SolveBatchResponseSchema, { itemId: item.id, news });
    const startedAtMs = nowMs();
    const part = takePart(ledger, request, begun);
    begun += 1;
    let spent: LedgerSnapshot = emptyLedger();
    let sequence = 0;
    try {
      const outcome = yield* forward(item, part, (event) => {
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
      ledger.settle(part, spent);
    }
  }

  async function* forward(
    item: BatchItem,
    part: Part,
    tell: (event: SolveEvent) => SolveBatchResponse | undefined,
  ): AsyncGenerator<SolveBatchResponse, Outcome, void> {
    if (isDry(part)) return spentOutcome();
    const { problem, overrides } = item;
    for await (const event of solver.solve({ problem, overrides, caps: part, wait: true })) {
      const message = tell(event);
      if (message) yield message;
      if (event.type === "solve-ended") return event.outcome;
    }
    throw new ReckonError("internal", "the solve ended without an outcome");
  }

  const streams = request.items.map((item) => () => solveItem(item));
  yield* mergeStreams(streams, request.maxParallel);
  yield create(SolveBatchResponseSchema, {
    news: { case: "batchEnded", value: { ...counts, ledger: ledgerToProto(ledger.total) } },
  });
}

/** A part for the next problem: those that may run at once share what is free, the ones that run already hold theirs. */
function takePart(ledger: SharedAccount, { items, maxParallel }: SolveBatchRequest, begun: number): Part {
  const first = begun < maxParallel;
  return ledger.take(first ? Math.min(maxParallel, items.length) - begun : 1);
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
