import type { LiveSample } from "./live-sample.ts";
import type { Outbox } from "./outbox.ts";
import type { endReasons } from "./protocol.ts";
import type { Sampler } from "./sampler.ts";

/** Text is sent at least this often while tokens come; a first token and a line break are sent at once. */
const flushMs = 15;

/** What becomes of drawn tokens: text, stops, limits and the messages about them. */
export interface SampleOutput {
  /** Takes in a token that `sampler` has just drawn; false where the sample has ended with it. */
  accept(sample: LiveSample, token: number, nowMs: number): boolean;
  /** Ends a sample and reports what it has used. */
  end(sample: LiveSample, reason: (typeof endReasons)[number], failure?: string): void;
}

/** Creates the output side of a decoder. */
export function createSampleOutput(outbox: Outbox, sampler: Sampler, eosId: number): SampleOutput {
  const end: SampleOutput["end"] = (sample, reason, failure) => {
    const begun = sample.state === "decoding";
    sample.state = "ended";
    const tail = sample.text.end();
    const rest = sample.stops === undefined ? tail : sample.stops.push(tail).text + sample.stops.end();
    // After a stop text nothing follows.
    if (reason !== "stop" || sample.lastToken === eosId) sample.pendingText += rest;
    const prompt = begun ? sample.tokens.length : sample.prefilled;
    outbox.end(sample, reason, prompt, prompt - sample.prefilled, failure);
  };

  const count = (sample: LiveSample): void => {
    const { logprobs, topLogprobs } = sample.settings;
    sample.outputTokens += 1;
    sample.pendingTokens += 1;
    if (!logprobs) return;
    sample.pendingLogprobs.push(sampler.logprob);
    sample.pendingIds.push(sample.lastToken);
    for (let i = 0; i < topLogprobs; i++) {
      sample.pendingTopIds.push(sampler.topIds[i] as number);
      sample.pendingTopValues.push(sampler.topValues[i] as number);
    }
  };

  const accept: SampleOutput["accept"] = (sample, token, nowMs) => {
    sample.lastToken = token;
    if (token < 0) end(sample, "failed", "the model gave values that are not numbers");
    else if (token === eosId) end(sample, "stop");
    if (token < 0 || token === eosId) return false;
    count(sample);
    const drawn = sample.text.push(token);
    const stops = sample.outputTokens > sample.settings.minTokens ? sample.stops : undefined;
    const { text, stopped } = stops?.push(drawn) ?? { text: drawn, stopped: false };
    sample.pendingText += text;
    if (stopped || sample.outputTokens >= sample.settings.maxTokens) {
      end(sample, stopped ? "stop" : "length");
      return false;
    }
    if (nowMs - sample.sentAtMs >= flushMs || text.includes("\n")) outbox.flush(sample);
    return true;
  };
  return { accept, end };
}
