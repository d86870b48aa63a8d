import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ReckonError, tenantIdPattern } from "@reckon/core";

/** What is kept of an API key. Times are ISO 8601. */
export interface KeyRecord {
  readonly id: string;
  readonly tenant: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  /** What it is for, in the words of who made it. */
  readonly label?: string;
  readonly created: string;
  /** Not valid from then on; never ends where absent. */
  readonly expires?: string;
  /** Not valid any more. */
  readonly revoked?: string;
}

const textOrAbsent = (value: unknown) => value === undefined || typeof value === "string";
const timeOrAbsent = (value: unknown) =>
  value === undefined || (typeof value === "string" && !Number.isNaN(Date.parse(value)));

/** What is wrong with a record, in words; `undefined` where nothing is. */
function faultOf(record: unknown): string | undefined {
  if (typeof record !== "object" || record === null) return "is no object";
  const { id, tenant, hash, label, created, expires, revoked } = record as Record<string, unknown>;
  if (typeof id !== "string" || id === "") return "has no id";
  if (typeof tenant !== "string" || !tenantIdPattern.test(tenant)) return "names no tenant (1 to 64 of a-z, 0-9, -, _)";
  if (typeof hash !== "string" || !/^sha256:[0-9a-f]{64}$/.test(hash)) return "has no hash (sha256:, 64 hex digits)";
  if (!textOrAbsent(label)) return "has a label that is no text";
  if (created === undefined || ![created, expires, revoked].every(timeOrAbsent)) return "has a time that is none";
  return undefined;
}

/** Reads a file of API keys. Throws `invalid-argument` where it is none, naming the record; a file that is not there is empty. */
export function readKeyFile(file: string): readonly KeyRecord[] {
  if (!existsSync(file)) return [];
  const wrong = (what: string, cause?: unknown) =>
    new ReckonError("invalid-argument", `${file} is no file of API keys: ${what}`, { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), error);
  }
  const keys = typeof parsed === "object" && parsed !== null && "keys" in parsed ? parsed.keys : undefined;
  if (!Array.isArray(keys)) throw wrong('it must look like {"keys": [...]}');
  for (const [index, record] of keys.entries()) {
    const fault = faultOf(record);
    if (fault !== undefined) throw wrong(`keys[${index}] ${fault}`);
  }
  return keys as KeyRecord[];
}

/** Writes a file of API keys, whole or not at all, for its owner's eyes only. */
export function writeKeyFile(file: string, keys: readonly KeyRecord[]): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
