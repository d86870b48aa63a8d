import { type Backend, type Clock, findModel, type Model, ReckonError } from "@reckon/core";

/** What models there are, remembered for a short while: every solve asks. */
export interface ModelCatalogue {
  /**
   * The model with an id, the default one where it is empty. Throws `not-found` for an id that there is not and
   * `unavailable` where the model proxy does not answer.
   */
  find(id: string): Promise<Model>;
}

const rememberMs = 5_000;

/** A catalogue over a backend. */
export function createModelCatalogue(backend: Backend, clock: Clock): ModelCatalogue {
  let known: { readonly models: readonly Model[]; readonly atMs: number } | undefined;

  async function list(fresh: boolean): Promise<readonly Model[]> {
    if (!fresh && known && clock.nowMs() - known.atMs < rememberMs) return known.models;
    const models = await backend.listModels();
    known = { models, atMs: clock.nowMs() };
    return models;
  }

  return {
    async find(id) {
      for (const fresh of [false, true]) {
        const models = await list(fresh);
        const found = findModel(models, id);
        if (found) return found;
      }
      const ids = known?.models.map((model) => model.id) ?? [];
      if (ids.length === 0) throw new ReckonError("unavailable", "the model proxy has no model");
      throw new ReckonError(
        "not-found",
        `options.model: there is no model ${JSON.stringify(id)}; there are ${ids.join(", ")}`,
      );
    },
  };
}
