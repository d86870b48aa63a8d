import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ReckonError } from "@reckon/core";
import { migrate, schemaVersion, versionOf } from "./schema.ts";

/** How long a statement waits for another process's lock. */
const busyTimeoutMs = 5_000;
/** A repair that has not ended after this belongs to a process that died. */
const staleRepairMs = 10_000;

const sqliteCode = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 };

/** The primary result code of an SQLite error (https://www.sqlite.org/rescode.html), `undefined` for other errors. */
export function resultCodeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** True where another process held the lock for too long. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code === sqliteCode.busy || code === sqliteCode.locked;
}

class CorruptFile extends Error {}

/** Waits without letting anything else run; only used while starting. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Opens a database (`undefined`: in memory) with its tables. A corrupt file is moved aside, with a warning that says where
 * to, and a new one is begun; several processes may do all this at once. A file of a newer version throws
 * `failed-precondition`.
 */
export function openDatabase(path: string | undefined, warn: (message: string) => void): DatabaseSync {
  if (path === undefined) return open(":memory:");
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  for (let attempt = 0; ; attempt += 1) {
    try {
      return open(path);
    } catch (error) {
      if (!(error instanceof CorruptFile) || attempt >= 3) throw error;
      moveAside(path, error.message, warn);
    }
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    const version = versionOf(database);
    if (version > schemaVersion) {
      const why = `it has schema version ${version}, and this version of Reckon knows ${schemaVersion}`;
      throw new ReckonError("failed-precondition", `cannot use the history in ${path}: ${why}`);
    }
    if (path !== ":memory:") useWriteAheadLog(database);
    // NORMAL may lose the last outcomes at a power cut, never the file.
    database.exec("PRAGMA synchronous = NORMAL");
    migrate(database);
    const check = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
    if (check !== "ok") throw new CorruptFile(String(check));
    if (path !== ":memory:") chmodSync(path, 0o600);
    return database;
  } catch (error) {
    database.close();
    const code = resultCodeOf(error);
    if (code === sqliteCode.corrupt || code === sqliteCode.notADatabase) {
      throw new CorruptFile((error as Error).message, { cause: error });
    }
    throw error;
  }
}

/** The change to WAL does not wait for locks (SQLite calls no busy handler for it), so it is tried again. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      database.prepare("PRAGMA journal_mode = WAL").get();
      return;
    } catch (error) {
      if (!isBusy(error) || attempt >= 100) throw error;
      pause(10 + Math.random() * 20);
    }
  }
}

function isCorrupt(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    open(path).close();
    return false;
  } catch (error) {
    return error instanceof CorruptFile;
  }
}

/** Renames the file and its companions. A folder is the lock: of several processes one repairs, the others wait for it. */
function moveAside(path: string, why: string, warn: (message: string) => void): void {
  const lock = `${path}.repair`;
  try {
    mkdirSync(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    waitForRepair(lock);
    return;
  }
  try {
    if (!isCorrupt(path)) return;
    const aside = `${path}.corrupt-${new Date().toISOString().replace(/[:.]/g, "-")}`;
    for (const suffix of ["-wal", "-shm", ""]) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    warn(`the history in ${path} is corrupt (${why}): moved to ${aside}, and a new one was begun`);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function waitForRepair(lock: string): void {
  for (;;) {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since === undefined) return;
    if (Date.now() - since > staleRepairMs) {
      rmSync(lock, { recursive: true, force: true });
      return;
    }
    pause(20);
  }
}
