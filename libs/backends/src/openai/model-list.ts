import type { BackendConfig } from "@reckon/config";
import { type Model, ReckonError } from "@reckon/core";
import { capabilitiesOf } from "./abilities.ts";
import type { ChatClient } from "./chat-client.ts";
import type { KnownAbilities } from "./known-abilities.ts";
import { errorOfSdk } from "./sdk-error.ts";

/** The models of an endpoint, the default one first. */
export interface ModelList {
  /** All that may be asked for; a configured model is the only one. */
  list(): Promise<readonly Model[]>;
  /** The id to ask for: the named one, or the default one. One that the endpoint does not have throws `not-found`. */
  resolve(named: string | undefined): Promise<string>;
}

const keepMs = 30_000;
const timeoutMs = 10_000;
const maxModels = 1_000;

/**
 * Reads `GET /models` of an endpoint and keeps the answer for 30 seconds; failures are not kept. Where the configuration
 * names the model, an endpoint without the list is good enough; its context length is vLLM's `max_model_len` where told.
 */
export function createModelList(
  backend: string,
  config: BackendConfig,
  client: ChatClient,
  abilities: KnownAbilities,
): ModelList {
  let kept: { models: Promise<readonly Model[]>; untilMs: number } | undefined;

  const modelOf = (id: string, entry: Record<string, unknown> | undefined): Model => {
    const length = entry?.max_model_len ?? entry?.context_window ?? entry?.context_length;
    const known = typeof length === "number" && Number.isSafeInteger(length) && length > 0;
    const contextLength = known ? length : config.context_length;
    return { id, backend, capabilities: capabilitiesOf(abilities.now), contextLength, parameters: undefined };
  };

  const read = async (): Promise<readonly Model[]> => {
    const entries = await readEntries(backend, client).catch((error) => {
      if (config.model === undefined) throw error;
      return [];
    });
    const first = config.model ?? entries[0]?.id;
    if (first !== undefined) await abilities.probed(first);
    if (config.model !== undefined)
      return [
        modelOf(
          config.model,
          entries.find((entry) => entry.id === config.model),
        ),
      ];
    if (entries.length > 0) return entries.map((entry) => modelOf(entry.id, entry));
    const why = `backend ${backend} lists no models; name one with backends.${backend}.model`;
    throw new ReckonError("failed-precondition", why);
  };

  const list = (): Promise<readonly Model[]> => {
    const nowMs = performance.now();
    if (kept === undefined || kept.untilMs < nowMs) {
      const models = read();
      kept = { models, untilMs: nowMs + keepMs };
      models.catch(() => {
        kept = undefined;
      });
    }
    return kept.models;
  };

  return {
    list,
    resolve: async (named) => {
      if (config.model !== undefined && (named === undefined || named === config.model)) return config.model;
      const models = await list();
      const found = named === undefined ? models[0] : models.find((model) => model.id === named);
      if (found !== undefined) return found.id;
      const known = models.slice(0, 20).map((model) => JSON.stringify(model.id));
      throw new ReckonError(
        "not-found",
        `backend ${backend} has no model ${JSON.stringify(named)}; it has ${known.join(", ")}`,
      );
    },
  };
}

type Entry = Record<string, unknown> & { id: string };

async function readEntries(backend: string, client: ChatClient): Promise<Entry[]> {
  const json = await readModels(backend, client);
  const data = (json as { data?: unknown } | null)?.data;
  if (!Array.isArray(data))
    throw new ReckonError("unavailable", `backend ${backend} answered /models without a list of models`);
  const isEntry = (entry: unknown): entry is Entry => typeof (entry as Entry | null)?.id === "string";
  return data.filter(isEntry).slice(0, maxModels);
}

async function readModels(backend: string, client: ChatClient): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = `backend ${backend} did not list its models within ${timeoutMs / 1000} seconds`;
  const response = await client.models({ signal }).catch((error) => {
    throw signal.aborted ? new ReckonError("unavailable", late) : errorOfSdk(backend, error);
  });
  return response.json().catch((error) => {
    const why = `backend ${backend} answered /models with what is not json`;
    throw new ReckonError("unavailable", signal.aborted ? late : why, { cause: error });
  });
}
