import type { DatabaseSync } from "node:sqlite";

/** Version of the tables below, kept in `PRAGMA user_version`; 0 is an empty file. */
export const schemaVersion = 3;

const createTables = `
  CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY,
    solve_id TEXT NOT NULL UNIQUE,
    recorded_at_ms INTEGER NOT NULL,
    domain TEXT NOT NULL,
    length_bucket INTEGER NOT NULL,
    template_hash TEXT NOT NULL,
    difficulty REAL NOT NULL,
    votes_for_answer INTEGER NOT NULL,
    votes INTEGER NOT NULL,
    confidence REAL,
    confidence_kind TEXT,
    correct INTEGER,
    prompt TEXT,
    tenant TEXT NOT NULL DEFAULT 'local'
  ) STRICT;
`;
const createStates = `
  CREATE TABLE IF NOT EXISTS states (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT;
`;
const createIndexes = `
  CREATE INDEX outcomes_by_template ON outcomes (tenant, template_hash, id);
  CREATE INDEX outcomes_by_kind ON outcomes (tenant, domain, length_bucket, id);
`;

/** The tables of an empty file. */
const newest = `${createTables}; ${createStates}; ${createIndexes}`;
/** What leads from versions 1, 2 ... to the next; outcomes from before there were tenants are those of the one there was. */
const steps: readonly string[] = [
  `ALTER TABLE outcomes ADD COLUMN tenant TEXT NOT NULL DEFAULT 'local';
  DROP INDEX outcomes_by_template; DROP INDEX outcomes_by_kind; ${createIndexes}`,
  createStates,
];

/** The version of an open database; throws where the file is no database. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

/** Brings an open database to the present version; processes that do so at once wait for each other. */
export function migrate(database: DatabaseSync): void {
  if (versionOf(database) === schemaVersion) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been first while this one waited for the lock.
    const version = versionOf(database);
    for (const step of version === 0 ? [newest] : steps.slice(version - 1)) database.exec(step);
    if (version < schemaVersion) database.exec(`PRAGMA user_version = ${schemaVersion};`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
