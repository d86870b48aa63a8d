import { isIP, isIPv6 } from "node:net";
import { ReckonError } from "@reckon/core";
import type { Config } from "./config-schema.ts";

/** True for addresses that only this machine can reach. Names other than `localhost` may be anywhere. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (bare === "localhost") return true;
  if (isIP(bare) === 0) return false;
  if (isIPv6(bare)) return bare === "::1" || /^::ffff:127\./.test(bare);
  return bare.startsWith("127.");
}

/** Whether requests at the public port must say whose they are. */
export function authRequired({ auth, tenants }: Config): boolean {
  const configured =
    auth.keys_file !== undefined ||
    auth.jwks_url !== undefined ||
    Object.values(tenants).some((tenant) => tenant.key_hashes !== undefined);
  return auth.required ?? configured;
}

/**
 * Throws `failed-precondition` where a service would serve strangers: on an address that is not loopback, the public port
 * needs authentication and the others mutual TLS, unless `auth.insecure` says that something else keeps strangers away.
 */
export function mayListen(service: string, host: string, config: Config): void {
  if (isLoopback(host) || config.auth.insecure) return;
  const where = `${service} would listen on ${host}, beyond this machine,`;
  const force = "--insecure (auth.insecure = true) allows it where something else keeps strangers away";
  if (service === "orchestrator") {
    if (authRequired(config)) return;
    throw new ReckonError(
      "failed-precondition",
      `${where} and serve anybody: set auth.keys_file (reckon keys create) or auth.jwks_url; ${force}`,
    );
  }
  const { enabled, cert, key, ca } = config.tls;
  if (enabled !== false && cert !== undefined && key !== undefined && ca !== undefined) return;
  throw new ReckonError(
    "failed-precondition",
    `${where} and serve anybody: set tls.cert, tls.key and tls.ca, so that services ask each other for certificates; ${force}`,
  );
}
