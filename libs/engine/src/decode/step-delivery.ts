import type { GenerationEvent, ReckonError, TopLogprob } from "@reckon/core";
import { endReasons, type StepMessage } from "./protocol.ts";

/** A sample on the main thread, from its start to its end. */
export interface SampleEntry {
  readonly sample: number;
  readonly sink: (event: GenerationEvent) => void;
  readonly logprobs: boolean;
  readonly topLogprobs: number;
  queued: boolean;
  outputTokens: number;
}

/** What the engine has computed; kept from the same messages that callers see, so that both always agree. */
export interface Counters {
  queued: number;
  outputTokens: number;
  cancelledTokens: number;
  prefilledTokens: number;
}

/** Turns a worker's messages into events of the samples in `entries`, which it removes as they end. */
export function createStepDelivery(
  entries: Map<number, SampleEntry>,
  counters: Counters,
  tokenTexts: readonly string[],
): { deliver(message: StepMessage): void; failAll(error: ReckonError): void } {
  const begin = (entry: SampleEntry): void => {
    if (!entry.queued) return;
    entry.queued = false;
    counters.queued -= 1;
    entry.sink({ type: "sample-started", sample: entry.sample });
  };

  const topOf = (message: StepMessage, from: number, count: number): TopLogprob[] => {
    const top: TopLogprob[] = [];
    for (let i = from; i < from + count; i++) {
      const id = message.topIds[i] as number;
      if (id >= 0) top.push({ token: tokenTexts[id] ?? "", logprob: message.topValues[i] as number });
    }
    return top;
  };

  const deliverDeltas = (message: StepMessage): void => {
    let at = 0;
    let topAt = 0;
    for (let i = 0; i < message.keys.length; i++) {
      const entry = entries.get(message.keys[i] as number);
      if (entry === undefined) continue;
      const { sample, topLogprobs: width } = entry;
      const tokens = message.tokens[i] as number;
      entry.outputTokens += tokens;
      counters.outputTokens += tokens;
      const delta = { type: "token-delta" as const, sample, text: message.texts[i] as string, tokens };
      if (!entry.logprobs) {
        entry.sink(delta);
        continue;
      }
      const logprobs = Array.from(message.logprobs.subarray(at, at + tokens));
      const ids = message.ids.subarray(at, at + tokens);
      const start = topAt;
      at += tokens;
      topAt += tokens * width;
      entry.sink({
        ...delta,
        logprobs,
        // Made where they are read: most who ask for log-probabilities add them up and no more.
        get tokenTexts() {
          return Array.from(ids, (id) => tokenTexts[id] ?? "");
        },
        ...(width > 0 && { topLogprobs: logprobs.map((_, t) => topOf(message, start + t * width, width)) }),
      });
    }
  };

  const deliverEnds = (message: StepMessage): void => {
    for (let i = 0; i < message.ended.length; i++) {
      const key = message.ended[i] as number;
      const entry = entries.get(key);
      if (entry === undefined) continue;
      entries.delete(key);
      const { sample, outputTokens } = entry;
      const reason = endReasons[message.reasons[i] as number] as (typeof endReasons)[number];
      if (reason === "cancelled") counters.cancelledTokens += outputTokens;
      const [promptTokens, cachedPromptTokens] = [message.promptTokens[i] as number, message.cachedTokens[i] as number];
      const usage = { promptTokens, cachedPromptTokens, outputTokens };
      const failure = message.failures.get(key);
      const failed = failure === undefined ? {} : { failure, retryable: false };
      entry.sink({ type: "sample-ended", sample, reason, usage, ...failed });
    }
  };

  return {
    deliver(message) {
      counters.prefilledTokens += message.prefilled;
      for (const key of message.started) {
        const entry = entries.get(key);
        if (entry !== undefined) begin(entry);
      }
      deliverDeltas(message);
      deliverEnds(message);
    },
    failAll({ message: failure, retryable }) {
      for (const [key, entry] of [...entries]) {
        // Every end has a beginning, also of a sample that was still waiting.
        begin(entry);
        entries.delete(key);
        const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: entry.outputTokens };
        entry.sink({ type: "sample-ended", sample: entry.sample, reason: "failed", usage, failure, retryable });
      }
    },
  };
}
