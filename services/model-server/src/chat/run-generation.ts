import type { Generation, GenerationEvent, SampleEnd } from "@reckon/core";
import type { ServerCounts } from "../server-counts.ts";
import type { UsageRecord } from "../usage-records.ts";

/** What the request's own stream is told; the end of a sample comes with its finish reason. */
export interface GenerationListener {
  delta(event: GenerationEvent & { readonly type: "token-delta" }): Promise<void> | void;
  end(index: number, reason: string, failure: string | undefined): Promise<void> | void;
}

const finishReasons: Readonly<Record<SampleEnd, string>> = {
  stop: "stop",
  length: "length",
  cancelled: "abort",
  pruned: "abort",
  failed: "error",
};

/**
 * Runs `n` samples to their ends, counts their tokens and tells the listener. When `signal` aborts, the samples are cut off
 * at the next token, and what they had generated until then is still counted; the listener hears nothing more then.
 */
export async function runGeneration(
  generation: Generation,
  n: number,
  accounts: { readonly record: UsageRecord; readonly counts: ServerCounts },
  signal: AbortSignal,
  listener: GenerationListener,
): Promise<void> {
  const { record, counts } = accounts;
  const stop = () => generation.close();
  signal.addEventListener("abort", stop, { once: true });
  let computed = 0;
  try {
    for (let i = 0; i < n; i++) generation.start(i);
    generation.finish();
    if (signal.aborted) stop();
    for await (const event of generation.events) {
      if (event.type === "token-delta") {
        counts.generatedTokens += event.tokens;
        record.completionTokens += event.tokens;
        if (!signal.aborted) await listener.delta(event);
      } else if (event.type === "sample-ended") {
        const { promptTokens, cachedPromptTokens, outputTokens } = event.usage;
        counts.samples += 1;
        counts.promptTokens += Math.max(0, promptTokens - record.promptTokens);
        counts.prefilledTokens += promptTokens - cachedPromptTokens;
        record.promptTokens = Math.max(record.promptTokens, promptTokens);
        computed += promptTokens - cachedPromptTokens;
        record.cachedPromptTokens = Math.max(0, record.promptTokens - computed);
        record.finishReasons[event.sample] = finishReasons[event.reason];
        if (event.reason === "cancelled") {
          counts.cancelledSamples += 1;
          counts.cancelledTokens += outputTokens;
          record.cancelledTokens += outputTokens;
        }
        if (!signal.aborted) await listener.end(event.sample, finishReasons[event.reason], event.failure);
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    generation.close();
  }
}
