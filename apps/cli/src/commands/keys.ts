import { join } from "node:path";
import { ReckonError } from "@reckon/core";
import { createApiKey, hashApiKey, type KeyRecord, readKeyFile, writeKeyFile } from "@reckon/service-orchestrator/keys";
import type { KeysCommand } from "../arguments/keys-command.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Io, readAll, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { stripControl } from "../terminal/strip-control.ts";

/** `reckon keys`: makes, lists and revokes API keys. A running server sees the change within a second. */
export async function runKeys(command: KeysCommand, io: Io): Promise<number> {
  switch (command.action) {
    case "create":
      return create(command, io);
    case "list":
      return list(command, io);
    case "revoke":
      return revoke(command, io);
    case "hash":
      return hash(io);
  }
}

type Action<A extends KeysCommand["action"]> = Extract<KeysCommand, { readonly action: A }>;

async function create(command: Action<"create">, io: Io): Promise<number> {
  const { file, isConfigured } = await keyFileOf(command, io);
  const { key, id, hash } = createApiKey();
  const now = Date.now();
  const record: KeyRecord = {
    id,
    tenant: command.tenant,
    hash,
    ...(command.label !== undefined && { label: command.label }),
    created: new Date(now).toISOString(),
    ...(command.lifetimeMs !== undefined && { expires: new Date(now + command.lifetimeMs).toISOString() }),
  };
  writeKeyFile(file, [...readKeyFile(file), record]);
  // The key alone on stdout, so that it can be caught: KEY=$(reckon keys create --tenant acme)
  await writeLines(io.stdout, [command.json ? jsonLine({ ...record, key }) : key]);
  await writeLines(io.stderr, [
    `reckon: key ${id} of tenant ${command.tenant}, its hash is in ${file}; the key itself is shown this once`,
    ...(isConfigured
      ? []
      : [`reckon: to ask for keys, set in reckon.toml: [auth] keys_file = ${JSON.stringify(file)}`]),
  ]);
  return exitCodes.ok;
}

async function list(command: Action<"list" | "hash">, io: Io): Promise<number> {
  const { file } = await keyFileOf(command, io);
  const keys = readKeyFile(file);
  if (command.json) {
    await writeLines(io.stdout, keys.map(jsonLine));
    return exitCodes.ok;
  }
  if (keys.length === 0) {
    await writeLines(io.stderr, [`reckon: there are no keys in ${file}`]);
    return exitCodes.ok;
  }
  const rows = keys.map(({ id, tenant, created, label = "", ...record }) => [
    id,
    tenant,
    created.slice(0, 10),
    stateOf(record, Date.now()),
    label,
  ]);
  const table = [["id", "tenant", "created", "state", "label"], ...rows].map((row) =>
    row.map((cell) => stripControl(cell)),
  );
  const widths = ["", "", "", "", ""].map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  await writeLines(
    io.stdout,
    table.map((row) => line(row).trimEnd()),
  );
  return exitCodes.ok;
}

function stateOf({ revoked, expires }: Pick<KeyRecord, "revoked" | "expires">, nowMs: number): string {
  if (revoked !== undefined) return `revoked ${revoked.slice(0, 10)}`;
  if (expires === undefined) return "valid";
  return `${Date.parse(expires) <= nowMs ? "expired" : "valid until"} ${expires.slice(0, 10)}`;
}

async function revoke(command: Action<"revoke">, io: Io): Promise<number> {
  const { file } = await keyFileOf(command, io);
  const keys = readKeyFile(file);
  const found = keys.find(({ id }) => id === command.id);
  if (found === undefined)
    throw new ReckonError("not-found", `there is no key ${JSON.stringify(command.id)} in ${file}`);
  if (found.revoked === undefined) {
    const revoked = new Date().toISOString();
    writeKeyFile(
      file,
      keys.map((record) => (record === found ? { ...record, revoked } : record)),
    );
  }
  await writeLines(io.stderr, [`reckon: key ${found.id} of tenant ${found.tenant} is revoked`]);
  return exitCodes.ok;
}

/** For keys that stand, hashed, in the configuration. The key comes from stdin: arguments show up in lists of processes. */
async function hash(io: Io): Promise<number> {
  const tooLarge = () => new ReckonError("invalid-argument", "what stdin brings is too long for a key");
  const key = (await readAll(io.stdin, 4_096, tooLarge)).trim();
  if (!/^\S{20,}$/.test(key)) {
    throw new ReckonError("invalid-argument", "reckon keys hash reads one key of at least 20 characters from stdin");
  }
  await writeLines(io.stdout, [hashApiKey(key)]);
  return exitCodes.ok;
}

/** The file that the flag names, else the configuration, else one in the user's folder. */
async function keyFileOf(
  command: KeysCommand,
  io: Io,
): Promise<{ readonly file: string; readonly isConfigured: boolean }> {
  const { loadConfig, userConfigFolder } = await import("@reckon/config");
  const { auth } = loadConfig({ ...(command.configFile !== undefined && { file: command.configFile }), env: io.env });
  const file = command.file ?? auth.keys_file ?? join(userConfigFolder(io.env), "keys.json");
  return { file, isConfigured: auth.keys_file === file };
}
