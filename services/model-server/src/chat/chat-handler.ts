import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { questionOf } from "@reckon/core";
import type { Admission } from "../admission.ts";
import type { Fault, FaultSchedule } from "../faults/fault-schedule.ts";
import { refusalOf } from "../faults/refusal.ts";
import { ApiError } from "../http/api-error.ts";
import type { Exchange } from "../http/exchange.ts";
import type { RateLimit } from "../rate-limit.ts";
import type { ServedModel } from "../served-model.ts";
import type { ServerCounts } from "../server-counts.ts";
import type { UsageRecord, UsageRecords } from "../usage-records.ts";
import { answerStream } from "./answer-stream.ts";
import { answerWhole } from "./answer-whole.ts";
import { type ChatCall, parseChatCall } from "./chat-call.ts";
import type { Dialect } from "./dialect.ts";
import { usageOf } from "./usage.ts";

/** What chat completions need. */
export interface ChatDeps {
  readonly model: ServedModel;
  readonly counts: ServerCounts;
  readonly records: UsageRecords;
  readonly admission: Admission;
  readonly faults: () => FaultSchedule;
  /** Told of each request that has ended. */
  readonly onEnd: ((record: UsageRecord) => void) | undefined;
  /** Limits of Groq's dialect. */
  readonly rateLimit: RateLimit;
  /** As in `ModelServerOptions`. */
  readonly trimsPrefixes: boolean;
}

/** How long a question for the usage of an unknown request waits for it to arrive. */
const arrivalWaitMs = 100;
/** How long a question for the usage of a request waits for its end. */
const recordWaitMs = 10_000;

/** Answers `POST /chat/completions`. Whatever happens, the record of its id ends with what was used. */
export async function handleChat(exchange: Exchange, dialect: Dialect, deps: ChatDeps): Promise<void> {
  const { model, counts } = deps;
  const { record, end } = deps.records.open(`chatcmpl-${exchange.requestId}`, model.model.id);
  const fault = deps.faults().next("chat");
  const onFault = ({ kind }: Fault) => {
    counts.faults[kind] = (counts.faults[kind] ?? 0) + 1;
  };
  counts.requests += 1;
  try {
    const refusal = fault && refusalOf(fault, model.model.id);
    if (fault !== undefined && refusal !== undefined) {
      onFault(fault);
      throw refusal;
    }
    const call = parseChatCall(await exchange.readJson(), dialect);
    if (fault?.kind === "slow-first-byte") {
      onFault(fault);
      // A client that is gone meanwhile ends the wait, and nothing is generated.
      await sleep(fault.delayMs, undefined, { signal: exchange.signal }).catch(() => undefined);
    }
    await answer(call, { exchange, dialect, deps, record, fault, onFault });
  } catch (error) {
    if (exchange.signal.aborted) return;
    counts.refused += 1;
    exchange.sendError(ApiError.from(error));
  } finally {
    end();
    deps.onEnd?.(record);
  }
}

interface Answering {
  readonly exchange: Exchange;
  readonly dialect: Dialect;
  readonly deps: ChatDeps;
  readonly record: UsageRecord;
  readonly fault: Fault | undefined;
  readonly onFault: (fault: Fault) => void;
}

async function answer(call: ChatCall, answering: Answering): Promise<void> {
  const { exchange, dialect, deps, record } = answering;
  const { model, counts } = deps;
  const question = questionOf(call.problem);
  record.question = question;
  const prefix = deps.trimsPrefixes ? call.options.prefix?.trimEnd() : call.options.prefix;
  const options = { ...call.options, model: call.model, ...(prefix !== undefined && { prefix }) };
  const promptTokens = model.countTokens(question, options.prefix);
  const headers = dialect.name === "groq" ? deps.rateLimit.take(promptTokens + (options.maxTokens ?? 0)) : {};
  // Lets a connection that was closed right behind its request be seen as closed: then nothing is computed for it.
  await nextTurn();
  counts.waiting += 1;
  const leave = await deps.admission.enter(call.n, call.priority, exchange.signal).finally(() => {
    counts.waiting -= 1;
  });
  counts.running += 1;
  try {
    const generation = model.open(question, options);
    const setting = { ...answering, call, generation, promptTokens, counts, headers };
    await (call.stream ? answerStream(setting) : answerWhole(setting));
  } finally {
    counts.running -= 1;
    leave();
    if (dialect.name === "groq")
      deps.rateLimit.settle(promptTokens + (options.maxTokens ?? 0), usageOf(record).total_tokens);
  }
}

/**
 * Answers `GET /chat/completions/{id}` with what a request has used, exactly, also where it was refused or its connection
 * was lost; waits for its end where it still runs. Texts are not kept.
 */
export async function handleRetrieve(exchange: Exchange, id: string, records: UsageRecords): Promise<void> {
  // A client that has cut its request off may ask before the request itself has been seen.
  const record = records.find(id) ?? (await sleep(arrivalWaitMs).then(() => records.find(id)));
  if (record === undefined)
    throw new ApiError(404, `there is no completion ${JSON.stringify(id)}`, { code: "not_found" });
  const late = sleep(recordWaitMs, "late", { ref: false, signal: exchange.signal }).catch(() => "gone");
  const how = await Promise.race([record.ended, late]);
  if (how === "late") throw new ApiError(409, `completion ${id} still runs`, { code: "still_running" });
  exchange.sendJson(200, {
    id,
    object: "chat.completion",
    created: record.created,
    model: record.model,
    choices: record.finishReasons.map((reason, index) => ({
      index,
      message: { role: "assistant", content: null },
      logprobs: null,
      finish_reason: reason,
    })),
    usage: { ...usageOf(record), cancelled_tokens: record.cancelledTokens },
  });
}
