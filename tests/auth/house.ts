import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKeyFile, writeKeyFile } from "@reckon/service-orchestrator/keys";
import { type RunningReckon, runReckon } from "../src/run-reckon.ts";
import { type Issuer, startIssuer } from "./callers.ts";

/** All services as `reckon serve` starts them, with keys and an issuer of tokens. */
export interface House {
  readonly url: string;
  /** Starts another orchestrator before the same services, and gives its address. */
  startReplica(): Promise<string>;
  readonly issuer: Issuer;
  /** API keys as `reckon keys create` printed them. */
  readonly keys: Readonly<Record<"acme" | "globex" | "capped" | "narrow" | "revoked" | "expired", string>>;
  /** The key whose hash stands in the configuration. */
  readonly configuredKey: string;
  /** Runs `reckon keys` on the house's file. */
  manageKeys(...words: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Starts a house; the embedded model thinks in it. With a Redis its orchestrators share sessions and counts. */
export async function startHouse(options: { readonly redisUrl?: string } = {}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "reckon-auth-"));
  const file = join(folder, "keys.json");
  const run = async (words: readonly string[], input = "") => {
    const command = runReckon(["keys", ...words], { input });
    const code = await command.ended;
    if (code !== 0) throw new Error(`reckon keys ${words.join(" ")}: ${code}\n${command.stderr()}`);
    return command.stdout().trim();
  };
  const manageKeys = (...words: string[]) => run([...words, "--file", file]);
  const keys = {
    acme: await manageKeys("create", "--tenant", "acme", "--label", "the first"),
    globex: await manageKeys("create", "--tenant", "globex"),
    capped: await manageKeys("create", "--tenant", "capped"),
    narrow: await manageKeys("create", "--tenant", "narrow"),
    revoked: await manageKeys("create", "--tenant", "acme"),
    expired: await manageKeys("create", "--tenant", "acme", "--expires", "1h"),
  };
  await manageKeys("revoke", keys.revoked);
  // An hour is long for a test: the clock of this one key is set back.
  const past = new Date(Date.now() - 1_000).toISOString();
  const isExpired = (id: string) => keys.expired.startsWith(`rk_${id}_`);
  writeKeyFile(
    file,
    readKeyFile(file).map((record) => (isExpired(record.id) ? { ...record, expires: past } : record)),
  );
  const configuredKey = "rk_a-key-that-another-tool-has-made-0123456789";
  const hash = await run(["hash"], configuredKey);
  const issuer = await startIssuer();
  const config = join(folder, "reckon.toml");
  writeFileSync(
    config,
    `[server]
drain_timeout = 3
[auth]
keys_file = ${JSON.stringify(file)}
jwks_url = "${issuer.jwksUrl}"
jwt_issuer = "${issuer.issuer}"
jwt_audience = "${issuer.audience}"
jwt_tenant_claim = "org"
${options.redisUrl === undefined ? "" : `[sessions]\nredis_url = "${options.redisUrl}"`}
[cors]
origins = ["https://app.example.com"]
[tenants.initech]
key_hashes = ["${hash}"]
[tenants.capped]
max_samples = 2
max_priority = "normal"
max_output_tokens = 40
[tenants.narrow]
max_concurrent = 1
`,
  );
  const env = { RECKON_ENGINE_THREADS: "1" };
  const reckon: RunningReckon = runReckon(["serve", "--port", "0", "--config", config], { env });
  const [, url = ""] = await reckon.seen(/reckon serves at (\S+)/);
  const replicas: RunningReckon[] = [];
  return {
    url,
    async startReplica() {
      const addresses: Record<string, string> = {};
      for (const service of ["difficulty", "verifier", "model-proxy"]) {
        const [, address = ""] = await reckon.seen(new RegExp(`${service} +http://(\\S+)`));
        addresses[`RECKON_SERVICES_${service.toUpperCase().replace("-", "_")}`] = address;
      }
      const replica = runReckon(["serve", "orchestrator", "--port", "0", "--config", config], { env: addresses });
      replicas.push(replica);
      const [, replicaUrl = ""] = await replica.seen(/orchestrator serves at (\S+)/);
      return replicaUrl;
    },
    issuer,
    keys,
    configuredKey,
    manageKeys,
    async close() {
      for (const { child, ended } of [...replicas, reckon]) {
        child.kill("SIGTERM");
        await ended;
      }
      await issuer.close();
      rmSync(folder, { recursive: true });
    },
  };
}
