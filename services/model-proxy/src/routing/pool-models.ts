import { type Model, ReckonError } from "@reckon/core";
import type { PoolSettings } from "./pool-settings.ts";
import type { Replica } from "./replica.ts";
import type { ReplicaSet } from "./replica-set.ts";

/**
 * The models of a pool, the default one first: asked of a replica that is up, else of one that is left alone, else as they were
 * last known. Throws what the last replica said where nothing is known.
 */
export function createPoolModels(
  settings: PoolSettings,
  members: ReplicaSet,
  isUp: (replica: Replica) => boolean,
): () => Promise<readonly Model[]> {
  const { name } = settings;
  let known: readonly Model[] | undefined;
  const describe = (model: Model): Model => ({
    ...model,
    backend: name,
    ...(settings.architecture !== undefined && { architecture: settings.architecture }),
    ...(settings.accelerator !== undefined && { accelerator: settings.accelerator }),
    ...(settings.prices !== undefined && { prices: settings.prices }),
    ...(settings.hedge && members.replicas.length > 1 && { hedges: true }),
  });
  return async () => {
    await members.known;
    let failure: unknown = new ReckonError("unavailable", `pool ${name} has no replica`);
    for (const replica of [...members.replicas].sort((a, b) => Number(isUp(b)) - Number(isUp(a)))) {
      try {
        known = (await replica.backend.listModels()).map(describe);
        return known;
      } catch (error) {
        failure = error;
      }
    }
    if (known !== undefined) return known;
    throw failure;
  };
}
