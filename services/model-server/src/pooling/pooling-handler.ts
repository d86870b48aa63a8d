import { setTimeout as sleep } from "node:timers/promises";
import { ReckonError } from "@reckon/core";
import type { FaultSchedule } from "../faults/fault-schedule.ts";
import { refusalOf } from "../faults/refusal.ts";
import { ApiError } from "../http/api-error.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServedModel } from "../served-model.ts";
import type { ServerCounts } from "../server-counts.ts";
import { type PoolingCall, parsePoolingCall } from "./parse-pooling.ts";

/** What `/pooling` needs. */
export interface PoolingDeps {
  readonly model: ServedModel;
  readonly counts: ServerCounts;
  readonly faults: () => FaultSchedule;
}

/**
 * Answers `POST /pooling` (vLLM, task `token_classify`): a row `[P(wrong), P(right)]` for every step, by the process reward
 * model that comes with the decoder.
 */
export async function handlePooling(exchange: Exchange, { model, counts, faults }: PoolingDeps): Promise<void> {
  counts.poolingRequests += 1;
  const fault = faults().next("pooling");
  const refusal = fault && refusalOf(fault, model.model.id);
  if (fault !== undefined) counts.faults[fault.kind] = (counts.faults[fault.kind] ?? 0) + 1;
  if (refusal !== undefined) throw refusal;
  if (fault?.kind === "reset") return exchange.reset();
  const call = parsePoolingCall(await exchange.readJson());
  const { id } = model.model;
  if (call.model !== "" && call.model !== id && call.model !== `${id}-prm`)
    throw new ApiError(404, `model ${call.model} is not served; ${id} is`, { param: "model", code: "model_not_found" });
  if (fault?.kind === "slow-first-byte")
    await sleep(fault.delayMs, undefined, { signal: exchange.signal }).catch(() => undefined);
  if (exchange.signal.aborted) return;
  const { rows, tokens } = await scoreSteps(model, call, exchange.signal);
  counts.poolingTokens += tokens;
  exchange.sendJson(200, {
    id: `pool-${exchange.requestId}`,
    object: "list",
    created: Math.floor(Date.now() / 1000),
    model: id,
    data: [{ index: 0, object: "pooling", data: rows }],
    usage: { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 },
  });
}

async function scoreSteps(
  model: ServedModel,
  call: PoolingCall,
  signal: AbortSignal,
): Promise<{ rows: number[][]; tokens: number }> {
  const scoring = model.openScoring(call.question);
  const close = () => scoring.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const last = call.steps.length - 1;
    const scores = await Promise.allSettled(
      call.steps.map((step, i) => scoring.score(0, step, call.complete && i === last)),
    );
    const rows: number[][] = [];
    let tokens = 0;
    for (const result of scores) {
      if (result.status === "rejected") {
        const tooLong = result.reason instanceof ReckonError && result.reason.code === "invalid-argument";
        if (tooLong && call.truncate) break;
        throw result.reason;
      }
      const { score } = result.value;
      tokens += result.value.tokens;
      rows.push([1 - score, score]);
    }
    return { rows, tokens };
  } finally {
    signal.removeEventListener("abort", close);
    scoring.close();
  }
}
