import { createBackend, createPoolingPrm } from "@reckon/backends";
import type { BackendConfig, Config } from "@reckon/config";
import { createModelJudge } from "./model-judge.ts";
import { createPoolingJudge } from "./pooling-judge.ts";
import type { StepJudge } from "./step-judge.ts";

/** The verifiers that a configuration puts behind endpoints; each is absent where it says nothing of it. */
export interface ConfiguredJudges {
  readonly scorer: StepJudge | undefined;
  readonly judge: StepJudge | undefined;
  close(): Promise<void>;
}

/** Makes the verifiers that `[verifier]` describes; nothing is connected until it is used. */
export function createConfiguredJudges(
  config: Pick<Config, "verifier" | "backends">,
  warn: (message: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): ConfiguredJudges {
  const { verifier } = config;
  const scorer = verifier.prm_url === undefined ? undefined : createScorer(verifier.prm_url, config, env);
  if (verifier.judge_backend === undefined) return { scorer, judge: undefined, close: async () => undefined };

  const backend = createBackend(verifier.judge_backend, config.backends[verifier.judge_backend] as BackendConfig, {
    env,
    warn,
  });
  const { judge_price_prompt: promptUsd, judge_price_output: outputUsd } = verifier;
  const judge = createModelJudge({
    backend,
    model: verifier.judge_model,
    rubric: verifier.judge_rubric,
    maxTokens: verifier.judge_max_tokens,
    timeoutMs: verifier.judge_timeout * 1000,
    prices: promptUsd === undefined || outputUsd === undefined ? undefined : { promptUsd, outputUsd },
  });
  return { scorer, judge, close: () => backend.close() };
}

function createScorer(url: string, { verifier }: Pick<Config, "verifier">, env: NodeJS.ProcessEnv): StepJudge {
  const prm = createPoolingPrm({
    url,
    model: verifier.prm_model,
    apiKeyEnv: verifier.prm_api_key_env,
    stepMarker: verifier.prm_step_marker,
    system: verifier.prm_instruction,
    contextLength: verifier.prm_context_length,
    maxParallel: verifier.prm_max_parallel,
    timeoutMs: verifier.prm_timeout * 1000,
    env,
  });
  return createPoolingJudge(prm, verifier.prm_aggregation);
}
