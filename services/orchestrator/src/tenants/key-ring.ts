import { statSync } from "node:fs";
import { apiKeyId, hashApiKey, isHashOf } from "./api-key.ts";
import { type KeyRecord, readKeyFile } from "./key-file.ts";

/** What a key ring says of a key. */
export type KeyFinding = { readonly tenant: string } | { readonly refused: "unknown" | "expired" | "revoked" };

/** The API keys that are valid now. */
export interface KeyRing {
  find(key: string): KeyFinding;
}

/** Where the keys are. */
export interface KeyRingOptions {
  /** As `reckon keys create` writes it; read again when it has changed. A broken one throws at the start only. */
  readonly file: string | undefined;
  /** Hashes from the configuration, by tenant. */
  readonly hashes?: Readonly<Record<string, readonly string[]>>;
  readonly warn: (message: string) => void;
  /** Milliseconds since 1970. Default: the real time. */
  readonly nowMs?: () => number;
}

// A revoked key is refused this much later at most.
const lookAgainMs = 1_000;

/** A ring of the keys in a file and in the configuration. Throws `invalid-argument` where the file is none. */
export function createKeyRing({ file, hashes = {}, warn, nowMs = Date.now }: KeyRingOptions): KeyRing {
  const configured = new Map(Object.entries(hashes).flatMap(([tenant, all]) => all.map((hash) => [hash, tenant])));
  let records = new Map<string, KeyRecord>();
  let seen: string | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const stampOf = () => {
    const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    return stat === undefined ? "none" : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
  };
  const load = (stamp: string) => {
    seen = stamp;
    const all = file === undefined ? [] : readKeyFile(file);
    records = new Map(all.map((record) => [record.id, record]));
  };
  const lookAgain = () => {
    const atMs = nowMs();
    if (atMs - lookedAtMs < lookAgainMs && atMs >= lookedAtMs) return;
    lookedAtMs = atMs;
    try {
      const stamp = stampOf();
      if (stamp !== seen) load(stamp);
    } catch (error) {
      // The keys that were read before stay valid: a slip of the pen must not shut everybody out.
      warn(`${error instanceof Error ? error.message : String(error)}; the keys read before still hold`);
    }
  };

  load(stampOf());
  return {
    find(key) {
      lookAgain();
      const tenant = configured.size === 0 ? undefined : configured.get(hashApiKey(key));
      if (tenant !== undefined) return { tenant };
      const record = records.get(apiKeyId(key) ?? "");
      if (record === undefined || !isHashOf(record.hash, key)) return { refused: "unknown" };
      // Only who holds the key learns that it was one.
      if (record.revoked !== undefined) return { refused: "revoked" };
      if (record.expires !== undefined && Date.parse(record.expires) <= nowMs()) return { refused: "expired" };
      return { tenant: record.tenant };
    },
  };
}
