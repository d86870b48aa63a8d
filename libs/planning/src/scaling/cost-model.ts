import type { TokenPrices } from "@reckon/core";

/** What the samples of one problem cost, in tokens. */
export interface SampleCosts {
  /** Of the prompt; computed once a replica, however many samples follow. */
  readonly promptTokens: number;
  /** Of one sample, on average. */
  readonly outputTokens: number;
  /** Standard deviation of a sample's tokens over their mean; the slowest of a window is waited for. Default 0. */
  readonly spread?: number;
}

/** What serving a model costs. */
export interface ServingCosts {
  /** Absent: money is not known. */
  readonly prices?: TokenPrices | undefined;
  /** US dollars for a million tokens that a verifier reads. Default 0: one of the house. */
  readonly verifierUsdPerMillion?: number | undefined;
  /** Decoded tokens a second of one sample while a window of them runs. Absent: latency is not known. */
  readonly tokensPerSecond?: number | undefined;
  /** Of all samples together, where many run at once. Default: as one sample. */
  readonly totalTokensPerSecond?: number | undefined;
  /** Prompt tokens a second. Default: prefill takes no time. */
  readonly prefillTokensPerSecond?: number | undefined;
  /** What a request takes before the first token, prefill apart, in milliseconds. Default 0. */
  readonly fixedMs?: number | undefined;
  /** Replicas over which samples of one prompt spread; each computes the prompt. Default 1. */
  readonly replicas?: number | undefined;
}

/** What a plan does. */
export interface PlannedWork {
  readonly samples: number;
  /** K; >= 1. */
  readonly window: number;
  /** Whether a process reward model reads the prompt once and every step of every sample. */
  readonly verified: boolean;
}

/** What it costs; expectations. */
export interface Cost {
  readonly calls: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly verifierTokens: number;
  /** Prompts, output, verifiers. */
  readonly totalTokens: number;
  /** `undefined` without prices. */
  readonly costUsd: number | undefined;
  /** `undefined` without a speed. */
  readonly latencyMs: number | undefined;
}

/**
 * Expected cost of N samples. Fixed: the prompt, once a replica, and once more for the verifier. By sample: its output, and what the
 * verifier reads of it. Time: fixed part, prefill, then ceil(N / K) waves, each as long as its slowest sample, m (1 + cv sqrt(2 ln K)) for K
 * samples of mean m (the extreme value of normal lengths).
 */
export function costOf(work: PlannedWork, sample: SampleCosts, serving: ServingCosts = {}): Cost {
  const { samples, window, verified } = work;
  const { tokensPerSecond, prefillTokensPerSecond, fixedMs = 0 } = serving;
  const promptTokens = sample.promptTokens * Math.min(serving.replicas ?? 1, samples);
  const outputTokens = samples * sample.outputTokens;
  const verifierTokens = verified ? sample.promptTokens + outputTokens : 0;
  const atOnce = Math.min(window, samples);
  const slowest = sample.outputTokens * (1 + (sample.spread ?? 0) * Math.sqrt(2 * Math.log(atOnce)));
  const waves = Math.ceil(samples / atOnce);
  const prefillMs = prefillTokensPerSecond === undefined ? 0 : (1000 * sample.promptTokens) / prefillTokensPerSecond;
  return {
    ...costOfTokens({ calls: samples, promptTokens, outputTokens, verifierTokens }, serving),
    latencyMs:
      tokensPerSecond === undefined ? undefined : fixedMs + prefillMs + (1000 * waves * slowest) / tokensPerSecond,
  };
}

/** What so many tokens cost together; how long they take is not known from their number alone. */
export function costOfTokens(
  tokens: Pick<Cost, "calls" | "promptTokens" | "outputTokens" | "verifierTokens">,
  { prices, verifierUsdPerMillion = 0 }: ServingCosts,
): Cost {
  const { calls, promptTokens, outputTokens, verifierTokens } = tokens;
  const tokensUsd = prices && promptTokens * prices.promptUsd + outputTokens * prices.outputUsd;
  return {
    ...{ calls, promptTokens, outputTokens, verifierTokens },
    totalTokens: promptTokens + outputTokens + verifierTokens,
    costUsd: tokensUsd === undefined ? undefined : (tokensUsd + verifierTokens * verifierUsdPerMillion) / 1e6,
    latencyMs: undefined,
  };
}
