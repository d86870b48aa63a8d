import type { Generation, GenerationEvent, SampleEnd, SampleUsage } from "@reckon/core";

/** What a sample's events add up to. */
export interface CollectedSample {
  text: string;
  tokens: number;
  deltas: number;
  readonly logprobs: number[];
  reason: SampleEnd | undefined;
  usage: SampleUsage | undefined;
  failure: string | undefined;
  retryable: boolean | undefined;
}

/** Reads a generation to its end; `onEvent` sees each event first. For tests. */
export async function collect(
  generation: Generation,
  onEvent?: (event: GenerationEvent) => void,
): Promise<Map<number, CollectedSample>> {
  const samples = new Map<number, CollectedSample>();
  for await (const event of generation.events) {
    onEvent?.(event);
    if (event.type === "sample-started") {
      const fresh = { text: "", tokens: 0, deltas: 0, logprobs: [], reason: undefined, usage: undefined };
      samples.set(event.sample, { ...fresh, failure: undefined, retryable: undefined });
      continue;
    }
    const sample = samples.get(event.sample);
    if (sample === undefined || sample.reason !== undefined)
      throw new Error(`${event.type} of a sample that is not live`);
    if (event.type === "token-delta") {
      sample.text += event.text;
      sample.tokens += event.tokens;
      sample.deltas += 1;
      sample.logprobs.push(...(event.logprobs ?? []));
      continue;
    }
    Object.assign(sample, { reason: event.reason, usage: event.usage });
    Object.assign(sample, { failure: event.failure, retryable: event.retryable });
  }
  return samples;
}
