import type { BackendConfig } from "@reckon/config";
import type { Capabilities } from "@reckon/core";

/** What an endpoint can do beyond a plain streamed chat completion. */
export interface Abilities {
  readonly logprobs: boolean;
  readonly seed: boolean;
  readonly topK: boolean;
  /** Token counts in every event of a stream. */
  readonly continuousUsage: boolean;
  readonly continueFromPrefix: boolean;
  /** Its chat template leaves the white space at the end of a prefix as it is. */
  readonly prefixTrailingSpace: boolean;
  readonly priority: boolean;
  /** Tells the exact usage of a request that was cancelled or lost; `undefined` until probed. */
  readonly settleUsage: boolean | undefined;
  /** Says at `/metrics` how busy it is. */
  readonly loadMetrics: boolean;
}

const plain: Abilities = {
  logprobs: true,
  seed: true,
  topK: true,
  continuousUsage: false,
  continueFromPrefix: false,
  prefixTrailingSpace: true,
  priority: false,
  settleUsage: undefined,
  loadMetrics: false,
};

const byKind: Readonly<Record<"openai" | "vllm" | "groq", Abilities>> = {
  openai: plain,
  vllm: { ...plain, continuousUsage: true, continueFromPrefix: true, priority: true, loadMetrics: true },
  // Groq answers 400 to all of these (https://console.groq.com/docs/openai, "currently unsupported").
  groq: { ...plain, logprobs: false, topK: false },
};

/** What a backend can do by its kind, overridden by its configuration; an embedded one has none of it. */
export function declaredAbilities(config: BackendConfig): Abilities {
  const declared = config.kind === "embedded" ? plain : byKind[config.kind];
  return {
    logprobs: config.logprobs ?? declared.logprobs,
    seed: config.seed ?? declared.seed,
    topK: config.top_k ?? declared.topK,
    continuousUsage: config.continuous_usage ?? declared.continuousUsage,
    continueFromPrefix: config.continue_from_prefix ?? declared.continueFromPrefix,
    prefixTrailingSpace: config.prefix_trailing_space ?? declared.prefixTrailingSpace,
    priority: config.priority ?? declared.priority,
    settleUsage: config.settle_usage ?? declared.settleUsage,
    loadMetrics: config.load_metrics ?? declared.loadMetrics,
  };
}

/** Abilities in the words that a plan understands; `n` is false, as each sample is a request that can be cancelled alone. */
export function capabilitiesOf(abilities: Abilities): Capabilities {
  return {
    logprobs: abilities.logprobs,
    n: false,
    abort: true,
    continueFromPrefix: abilities.continueFromPrefix,
    seed: abilities.seed,
    processReward: false,
    policies: ["baseline"],
  };
}
