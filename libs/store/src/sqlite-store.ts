import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type ConfidenceKind, localTenant, ReckonError } from "@reckon/core";
import { summarizeHistory } from "./history-summary.ts";
import { isBusy } from "./open-database.ts";
import type { OutcomeRecord, SimilarOutcome, Store } from "./store.ts";

/** What an SQLite store may be told. */
export interface SqliteStoreOptions {
  readonly path: string | undefined;
  /** Outcomes to keep; the oldest go first. */
  readonly maxOutcomes: number;
  /** Whether texts of problems are kept. */
  readonly recordPrompts: boolean;
}

/** The newest outcomes decide; more than this says nothing new. */
const defaultLimit = 200;
/** More than this many teach a calibrator nothing new. */
const mostKnown = 100_000;
/** How many new outcomes may come before the oldest are deleted. */
const pruneEvery = 64;

const insertOutcome = `
  INSERT INTO outcomes (solve_id, recorded_at_ms, domain, length_bucket, template_hash, difficulty, votes_for_answer, votes,
    confidence, confidence_kind, correct, tenant, prompt)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (solve_id) DO NOTHING`;
const selectTemplate = `
  SELECT * FROM outcomes WHERE tenant = ? AND template_hash = ? ORDER BY id DESC LIMIT ?`;
const selectKind = `
  SELECT * FROM outcomes WHERE tenant = ? AND domain = ? AND length_bucket = ? AND template_hash <> ? ORDER BY id DESC LIMIT ?`;
const selectKnown = "SELECT * FROM outcomes WHERE correct IS NOT NULL ORDER BY id DESC LIMIT ?";
const deleteOldest = "DELETE FROM outcomes WHERE id <= (SELECT max(id) FROM outcomes) - ?";

const selectState = "SELECT content FROM states WHERE tenant = ? AND name = ?";
const upsertState = `
  INSERT INTO states (tenant, name, updated_at_ms, content) VALUES (?, ?, ?, ?)
  ON CONFLICT (tenant, name) DO UPDATE SET updated_at_ms = excluded.updated_at_ms, content = excluded.content`;
const deleteState = "DELETE FROM states WHERE tenant = ? AND name = ?";
const selectTenants = "SELECT tenant FROM states WHERE name = ? ORDER BY tenant";

/** Makes a store over an open database that has its tables; closing the store closes the database. */
export function createSqliteStore(database: DatabaseSync, options: SqliteStoreOptions): Store {
  const insert = database.prepare(insertOutcome);
  const byTemplate = database.prepare(selectTemplate);
  const byKind = database.prepare(selectKind);
  const known = database.prepare(selectKnown);
  const prune = database.prepare(deleteOldest);
  const count = database.prepare("SELECT count(*) AS n FROM outcomes");
  const stateOf = database.prepare(selectState);
  const keepState = database.prepare(upsertState);
  const dropState = database.prepare(deleteState);
  const withState = database.prepare(selectTenants);
  let recorded = 0;

  const attempt = <T>(what: string, run: () => T): T => {
    try {
      return run();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const code = isBusy(error) ? "unavailable" : "data-loss";
      throw new ReckonError(code, `cannot ${what} the history: ${why}`, { cause: error });
    }
  };

  const store: Store = {
    path: options.path,
    recordOutcome: (record) =>
      attempt("write", () => {
        const prompt = options.recordPrompts ? (record.prompt ?? null) : null;
        const isNew = insert.run(...columnsOf(record), prompt).changes > 0;
        if (isNew && recorded++ % pruneEvery === 0) prune.run(options.maxOutcomes);
        return isNew;
      }),
    similarOutcomes: ({ templateHash, domain, lengthBucket, tenant = localTenant.id }, limit = defaultLimit) =>
      attempt("read", () => {
        const same = byTemplate.all(tenant, templateHash, limit).map((row) => outcomeOf(row, "template"));
        const others = byKind.all(tenant, domain, lengthBucket, templateHash, limit - same.length);
        return [...same, ...others.map((row) => outcomeOf(row, "kind"))];
      }),
    history: (features, limit, sinceMs = 0) =>
      summarizeHistory(store.similarOutcomes(features, limit).filter(({ recordedAtMs }) => recordedAtMs >= sinceMs)),
    readState: (tenant, name) =>
      attempt("read", () => {
        const content = stateOf.get(tenant, name)?.content;
        return content === undefined ? undefined : String(content);
      }),
    writeState: (tenant, name, content) =>
      attempt("write", () => {
        if (content === undefined) dropState.run(tenant, name);
        else keepState.run(tenant, name, Date.now(), content);
      }),
    tenantsWithState: (name) => attempt("read", () => withState.all(name).map((row) => String(row.tenant))),
    atomically: (work) => {
      attempt("write", () => database.exec("BEGIN IMMEDIATE"));
      try {
        const result = work();
        attempt("write", () => database.exec("COMMIT"));
        return result;
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    },
    knownOutcomes: (limit = mostKnown) => attempt("read", () => known.all(limit).map((row) => outcomeOf(row, "kind"))),
    countOutcomes: () => attempt("read", () => Number(count.get()?.n)),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
  return store;
}

function columnsOf(record: OutcomeRecord) {
  const { features, confidence, correct } = record;
  return [
    record.solveId,
    Date.now(),
    features.domain,
    features.lengthBucket,
    features.templateHash,
    record.difficulty,
    record.votesForAnswer,
    record.votes,
    confidence?.value ?? null,
    confidence?.kind ?? null,
    correct === undefined ? null : Number(correct),
    features.tenant ?? localTenant.id,
  ];
}

type Row = Record<string, SQLOutputValue>;

function outcomeOf(row: Row, similarity: SimilarOutcome["similarity"]): SimilarOutcome {
  const kind = row.confidence_kind as ConfidenceKind | null;
  return {
    solveId: String(row.solve_id),
    features: {
      domain: String(row.domain),
      lengthBucket: Number(row.length_bucket),
      templateHash: String(row.template_hash),
      ...(row.tenant === localTenant.id ? {} : { tenant: String(row.tenant) }),
    },
    difficulty: Number(row.difficulty),
    votesForAnswer: Number(row.votes_for_answer),
    votes: Number(row.votes),
    confidence: row.confidence === null || kind === null ? undefined : { value: Number(row.confidence), kind },
    correct: row.correct === null ? undefined : row.correct === 1,
    ...(row.prompt === null ? {} : { prompt: String(row.prompt) }),
    similarity,
    recordedAtMs: Number(row.recorded_at_ms),
  };
}
