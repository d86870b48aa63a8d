import type { ModelServer } from "@reckon/service-model-server";
import { startCluster } from "../cluster/start-cluster.ts";
import type { TestProblem } from "../problems.ts";
import { runPolicy, type SolveRun } from "../run-policy.ts";
import { type AdapterKind, adapterKeys } from "./adapter-kind.ts";

/** Solves over the four services with one adapter between them and the model. */
export interface ServiceRun {
  readonly runs: readonly SolveRun[];
  /** What the model server has generated meanwhile, the probe's token left out; `undefined` where it was not asked. */
  readonly serverTokens: number | undefined;
  /** What the process reward model behind `/pooling` has read meanwhile; `undefined` where it is embedded. */
  readonly poolingTokens: number | undefined;
}

/** How to solve. */
export interface ServiceRunOptions {
  readonly parallel: number;
  readonly seed: number;
  /** Have steps scored by the model server's `/pooling`, not by the embedded process reward model. */
  readonly pooling: boolean;
  readonly progress: (done: number) => void;
}

/** Solves all problems by the default request over services of their own. */
export async function runOverServices(
  kind: AdapterKind,
  server: ModelServer,
  problems: readonly TestProblem[],
  options: ServiceRunOptions,
): Promise<ServiceRun> {
  const keys = Object.entries(adapterKeys(kind, server.url));
  const backend = Object.fromEntries(keys.map(([key, value]) => [`RECKON_BACKENDS_MODEL_${key.toUpperCase()}`, value]));
  const pooling: Record<string, string> = options.pooling ? { RECKON_VERIFIER_PRM_URL: server.url } : {};
  const cluster = await startCluster({ env: { ...backend, ...pooling, RECKON_VERIFIER_VERIFIERS: "prm" } });
  try {
    // The model proxy has probed by the time it is ready.
    const before = server.counts();
    const policy = { name: "adaptive", options: { strategy: "adaptive" as const } };
    const runs = await runPolicy(policy, problems, { url: cluster.url, ...options });
    const after = server.counts();
    return {
      runs,
      serverTokens: kind === "embedded" ? undefined : after.generatedTokens - before.generatedTokens,
      poolingTokens: options.pooling ? after.poolingTokens - before.poolingTokens : undefined,
    };
  } finally {
    await cluster.stop();
  }
}
