import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { type SolveBatchResponse, SolveBatchResponseSchema } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { createEventStream, type EventStream } from "./event-stream.ts";
import { ledgerFromProto, outcomeFromProto } from "./from-proto.ts";
import type { SolveEvent } from "./solve-event.ts";
import { solveEventFromProto } from "./solve-event-from-proto.ts";
import type { SolveOptions } from "./solve-options.ts";
import type { Ledger, Outcome, ProblemInput } from "./values.ts";

/** One problem of a batch. `id` is the caller's own, unique in the batch; its index where left out. */
export interface BatchItem {
  readonly id?: string;
  readonly problem: ProblemInput;
  /** Options of this problem, in place of the batch's. */
  readonly options?: SolveOptions;
}

/** Options of a batch: those of its items, and its own. */
export interface BatchOptions
  extends Omit<SolveOptions, "maxOutputTokens" | "maxCalls" | "maxTotalTokens" | "maxCostUsd"> {
  /** Problems in work at once; 1-256, default 4. */
  readonly maxParallel?: number;
  /** The most output tokens for the whole batch. */
  readonly maxOutputTokens?: number;
  /** The most model calls of the whole batch. */
  readonly maxCalls?: number;
  /** The most tokens of the whole batch. */
  readonly maxTotalTokens?: number;
  /** The most the whole batch may cost, in US dollars. */
  readonly maxCostUsd?: number;
  /** Send every event of every problem as well. Default false. */
  readonly streamEvents?: boolean;
}

/** Why a problem of a batch has no outcome; `status` is a gRPC status code. */
export interface ItemFailure {
  readonly status: number;
  readonly message: string;
}

/** What a batch came to. */
export interface BatchSummary {
  readonly solved: number;
  readonly failed: number;
  readonly ledger: Ledger;
}

/** What all news of a batch have: the message as it came. */
export interface BatchEventBase {
  readonly message: SolveBatchResponse;
}

/** News of a batch; `batch-ended` comes last. */
export type BatchEvent =
  | (BatchEventBase & { readonly type: "item-event"; readonly id: string; readonly event: SolveEvent })
  | (BatchEventBase & {
      readonly type: "item-ended";
      readonly id: string;
      readonly outcome: Outcome;
      readonly failure: undefined;
    })
  | (BatchEventBase & {
      readonly type: "item-ended";
      readonly id: string;
      readonly outcome: undefined;
      readonly failure: ItemFailure;
    })
  | (BatchEventBase & { readonly type: "batch-ended" } & BatchSummary)
  | (BatchEventBase & { readonly type: "unknown" });

/** A running batch: its news, iterable once, and what it came to. Leaving it early cancels all that runs. */
export interface Batch extends AsyncIterable<BatchEvent> {
  /** What the batch came to; reads the news itself where nobody iterates. */
  summary(): Promise<BatchSummary>;
  /** Ends the batch at once; what runs is cancelled. */
  abort(): void;
}

/** A batch over one server stream. */
export function createBatch(open: (signal: AbortSignal) => AsyncIterable<BatchEvent>, signal?: AbortSignal): Batch {
  const stream: EventStream<BatchEvent, BatchSummary> = createEventStream({
    open,
    resultOf: (event) => (event.type === "batch-ended" ? event : undefined),
    lastEvent: "batch_ended",
    ...(signal && { signal }),
  });
  return {
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
    summary: () => stream.result(),
    abort: () => stream.abort(),
  };
}

/** The news in protobuf's JSON mapping. */
export function batchEventToJson(event: BatchEvent): JsonValue {
  return toJson(SolveBatchResponseSchema, event.message);
}

/** News of a batch, typed. */
export function batchEventFromProto(message: SolveBatchResponse): BatchEvent {
  const { itemId: id, news } = message;
  switch (news.case) {
    case "event":
      return { message, type: "item-event", id, event: solveEventFromProto(news.value) };
    case "itemEnded": {
      const { result } = news.value;
      if (result.case === "outcome") {
        return { message, type: "item-ended", id, outcome: outcomeFromProto(result.value), failure: undefined };
      }
      const failure = {
        status: result.value?.code ?? 2,
        message: result.value?.message ?? "the server gave no reason",
      };
      return { message, type: "item-ended", id, outcome: undefined, failure };
    }
    case "batchEnded": {
      const { solved, failed, ledger } = news.value;
      return { message, type: "batch-ended", solved, failed, ledger: ledgerFromProto(ledger) };
    }
    case undefined:
      return { message, type: "unknown" };
  }
}
