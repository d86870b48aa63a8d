import { ReckonError } from "@reckon/core";
import { openDatabase } from "./open-database.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import type { Store } from "./store.ts";

/** How to keep the history. */
export interface OpenStoreOptions {
  /** SQLite file; its folder is made. Default: memory. */
  readonly path?: string;
  /** Outcomes to keep; the oldest go first. Default 100,000. */
  readonly maxOutcomes?: number;
  /** Whether texts of problems are kept. Default false. */
  readonly recordPrompts?: boolean;
  /** Told what a person should know: a corrupt file, a folder that cannot be written. Default: `console.warn`. */
  readonly warn?: (message: string) => void;
}

/**
 * Opens the history. Several processes may share a file. A corrupt file is moved aside and a new one begun; where no file
 * can be had (a read-only folder, a file of a newer version) the history is kept in memory. Both are told to `warn`;
 * opening does not throw.
 */
export function openStore(options: OpenStoreOptions = {}): Store {
  const { path, maxOutcomes = 100_000, recordPrompts = false, warn = console.warn } = options;
  try {
    return createSqliteStore(openDatabase(path, warn), { path, maxOutcomes, recordPrompts });
  } catch (error) {
    if (path === undefined) throw error;
    const why = error instanceof ReckonError ? error.message : `cannot open the history in ${path}: ${String(error)}`;
    warn(`${why}; the history is kept in memory and lost when the process ends`);
    return createSqliteStore(openDatabase(undefined, warn), { path: undefined, maxOutcomes, recordPrompts });
  }
}
