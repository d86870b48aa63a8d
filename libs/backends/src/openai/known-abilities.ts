import type { BackendConfig } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import { type Abilities, declaredAbilities } from "./abilities.ts";
import type { ChatClient } from "./chat-client.ts";
import { probeAbilities } from "./probe.ts";

/** What is known of an endpoint's abilities, and how to know more. */
export interface KnownAbilities {
  /** As declared until a probe has ended. */
  readonly now: Abilities;
  /** Probes the endpoint with a model of it, unless that was done or is not wanted; never rejects. */
  probed(model: string): Promise<Abilities>;
}

/** After a probe that could not be made, the next one waits this long. */
const retryMs = 30_000;

/** Keeps the abilities of a backend: declared by kind and configuration, then probed once, by the first call that needs them. */
export function createKnownAbilities(
  backend: string,
  config: BackendConfig,
  client: ChatClient,
  signal: AbortSignal,
  warn: (message: string) => void,
): KnownAbilities {
  const declared = declaredAbilities(config);
  let now: Abilities = config.probe ? declared : { ...declared, settleUsage: declared.settleUsage ?? false };
  let probe: Promise<Abilities> | undefined = config.probe ? undefined : Promise.resolve(now);
  let notBeforeMs = 0;
  let lastWhy: string | undefined;
  return {
    get now() {
      return now;
    },
    probed(model) {
      if (probe !== undefined) return probe;
      if (performance.now() < notBeforeMs) return Promise.resolve(now);
      probe = probeAbilities(declared, { backend, config, client, model, signal, warn }).then(
        (abilities) => {
          now = abilities;
          return abilities;
        },
        (thrown) => {
          probe = undefined;
          notBeforeMs = performance.now() + retryMs;
          const why = ReckonError.from(thrown).message;
          if (why !== lastWhy && !signal.aborted) warn(`backend ${backend} is taken as declared for now: ${why}`);
          lastWhy = why;
          return now;
        },
      );
      return probe;
    },
  };
}
