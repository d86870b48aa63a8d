import { StatusService } from "@reckon/proto/reckon/admin/v1/status";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createRpcClient } from "@reckon/rpc";
import type { Cluster } from "./start-cluster.ts";

/** What the processes of a cluster say of themselves. */
export interface ClusterState {
  /** Handlers that run now in each process, the question itself not counted. */
  readonly liveHandlers: Readonly<Record<string, number>>;
  readonly liveSamples: number;
  readonly outputTokens: number;
  readonly cancelledTokens: number;
}

/** Asks the processes of a cluster how they are. */
export interface ClusterObserver {
  state(): Promise<ClusterState>;
  liveSamples(): Promise<number>;
  /** Asks until the condition holds; resolves to the state and the milliseconds it took. Throws after `timeoutMs`. */
  until(
    condition: (state: ClusterState) => boolean,
    timeoutMs: number,
  ): Promise<{ state: ClusterState; waitedMs: number }>;
  close(): void;
}

/** True where nothing runs in any process: no handler and no sample. */
export function isIdle(state: ClusterState): boolean {
  return state.liveSamples === 0 && Object.values(state.liveHandlers).every((live) => live === 0);
}

/** An observer of all processes of a cluster, over gRPC. */
export function createClusterObserver(cluster: Cluster): ClusterObserver {
  const services = Object.values(cluster.services);
  const status = services.map((service) => ({
    name: service.name,
    client: createRpcClient(StatusService, { target: service.address }),
  }));
  const model = createRpcClient(ModelService, { target: cluster.services["model-proxy"].address });
  const state = async (): Promise<ClusterState> => {
    const live = await Promise.all(
      status.map(async ({ name, client }) => [name, (await client.getStatus({})).liveHandlers] as const),
    );
    // After the others: it would count as a live handler of the model-proxy.
    const load = await model.getLoad({});
    return {
      liveHandlers: Object.fromEntries(live),
      liveSamples: load.liveSamples,
      outputTokens: Number(load.outputTokens),
      cancelledTokens: Number(load.cancelledTokens),
    };
  };
  return {
    state,
    liveSamples: async () => (await model.getLoad({})).liveSamples,
    async until(condition, timeoutMs) {
      const startedAt = performance.now();
      for (;;) {
        const now = await state();
        const waitedMs = performance.now() - startedAt;
        if (condition(now)) return { state: now, waitedMs };
        if (waitedMs > timeoutMs) throw new Error(`still not after ${timeoutMs} ms: ${JSON.stringify(now)}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close() {
      for (const { client } of status) client.close();
      model.close();
    },
  };
}
