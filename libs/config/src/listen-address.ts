import { ReckonError } from "@reckon/core";
import type { Config } from "./config-schema.ts";
import { isServiceLink } from "./environment.ts";
import { mayListen } from "./may-listen.ts";

/** The four services. */
export type ServiceName = "orchestrator" | "difficulty" | "verifier" | "model-proxy";

/**
 * Where a service listens: `RECKON_HOST` and `RECKON_PORT` where set, else `[server]` for the orchestrator, and for the
 * others the address under which `[services]` says they are reached. A port that is none throws `invalid-argument`, an
 * address where the service would serve strangers `failed-precondition`: see `mayListen`.
 */
export function listenAddress(
  service: ServiceName,
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
): { readonly host: string; readonly port: number } {
  const configured = service === "orchestrator" ? config.server : splitAddress(addressOf(service, config));
  const host = env.RECKON_HOST || configured.host;
  mayListen(service, host, config);
  const text = env.RECKON_PORT;
  if (!text || isServiceLink("RECKON_PORT", text)) return { host, port: configured.port };
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new ReckonError(
      "invalid-argument",
      `RECKON_PORT is ${JSON.stringify(text)}; it takes a whole number from 0 to 65535`,
    );
  }
  return { host, port };
}

function addressOf(service: Exclude<ServiceName, "orchestrator">, config: Config): string {
  return service === "model-proxy" ? config.services.model_proxy : config.services[service];
}

function splitAddress(address: string): { host: string; port: number } {
  const bare = address.replace(/^dns:(\/\/\/)?/, "");
  const colon = bare.lastIndexOf(":");
  return { host: bare.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(bare.slice(colon + 1)) };
}
