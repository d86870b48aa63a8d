import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { storePath } from "./data-folder.ts";
import { type OpenStoreOptions, openStore } from "./open-store.ts";
import { featuresOf } from "./problem-features.ts";
import type { OutcomeRecord } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "reckon-store-"));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
function newPath(): string {
  folders += 1;
  return join(root, `folder-${folders}`, "deep", "history.sqlite");
}

function record(solveId: string, text = "Solve: 2x + 3 = 9", more: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return {
    solveId,
    features: featuresOf(text, "linear"),
    difficulty: 0.25,
    votesForAnswer: 6,
    votes: 8,
    confidence: { value: 0.5, kind: "agreement" },
    correct: undefined,
    ...more,
  };
}

function quiet(path: string | undefined, more: OpenStoreOptions = {}) {
  const warnings: string[] = [];
  const store = openStore({ path, warn: (message) => warnings.push(message), ...more });
  return { store, warnings };
}

describe.each(["file", "memory"])("a store in a %s", (where) => {
  it("records an outcome once, whatever comes later under its id", () => {
    const { store, warnings } = quiet(where === "file" ? newPath() : undefined);
    expect(store.recordOutcome(record("a"))).toBe(true);
    expect(store.recordOutcome(record("a", "something else", { votes: 64 }))).toBe(false);
    expect(store.countOutcomes()).toBe(1);
    const [outcome] = store.similarOutcomes(featuresOf("solve:  2x + 3 = 9", "linear"));
    expect(outcome).toMatchObject({ ...record("a"), similarity: "template" });
    expect(warnings).toEqual([]);
    store.close();
    store.close();
  });

  it("keeps texts by tenant and name, and undoes what a failed transaction wrote", () => {
    const { store } = quiet(where === "file" ? newPath() : undefined);
    store.writeState("acme", "difficulty", "1");
    store.writeState("local", "difficulty", "2");
    const failing = () =>
      store.atomically(() => {
        store.recordOutcome(record("a"));
        store.writeState("acme", "difficulty", "3");
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect([store.readState("acme", "difficulty"), store.countOutcomes()]).toEqual(["1", 0]);
    expect(store.atomically(() => store.recordOutcome(record("a")))).toBe(true);
    expect(store.tenantsWithState("difficulty")).toEqual(["acme", "local"]);
    store.writeState("acme", "difficulty", undefined);
    expect([store.readState("acme", "difficulty"), store.readState("local", "other")]).toEqual([undefined, undefined]);
    store.close();
  });

  it("gives back exactly what was recorded", () => {
    const { store } = quiet(where === "file" ? newPath() : undefined);
    const records = [
      record("none", "q", { confidence: undefined }),
      record("right", "q", { correct: true, confidence: { value: 1 / 3, kind: "calibrated" } }),
      record("wrong \u{1F600}", "q", { correct: false }),
    ];
    for (const one of records) store.recordOutcome(one);
    const found = store.similarOutcomes(featuresOf("q", "linear"));
    expect(found.map(({ similarity, recordedAtMs, ...rest }) => rest)).toEqual(records.toReversed());
    store.close();
  });

  it("finds the same template first, then the same kind, the newest first, up to the limit", () => {
    const { store } = quiet(where === "file" ? newPath() : undefined);
    store.recordOutcome(record("old template", "Solve: 5x + 1 = 3"));
    store.recordOutcome(
      record("other domain", "Sell: 5y - 1 = 3", { features: featuresOf("Sell: 5y - 1 = 3", "words") }),
    );
    store.recordOutcome(record("kind", "Find: 5y - 1 = 3"));
    store.recordOutcome(record("longer", "Find: 5y - 1 = 3".repeat(20)));
    store.recordOutcome(record("new template", "Solve: 12x + 7.5 = 31"));
    const ids = (limit?: number) =>
      store.similarOutcomes(featuresOf("Solve: 2x + 3 = 9", "linear"), limit).map((o) => o.solveId);
    expect(ids()).toEqual(["new template", "old template", "kind"]);
    expect(ids(2)).toEqual(["new template", "old template"]);
    expect(ids(1)).toEqual(["new template"]);
    store.close();
  });
});

describe("the tenants of a store", () => {
  const of = (tenant: string) => ({ ...featuresOf("Solve: 2x + 3 = 9", "linear"), tenant });

  it("learn nothing from each other's outcomes", () => {
    const { store } = quiet(undefined);
    store.recordOutcome(record("a", undefined, { features: of("acme") }));
    store.recordOutcome(record("b", undefined, { features: of("globex") }));
    store.recordOutcome(record("c"));
    const ids = (tenant: string) => store.similarOutcomes(of(tenant)).map((outcome) => outcome.solveId);
    expect([ids("acme"), ids("globex"), ids("local"), ids("initech")]).toEqual([["a"], ["b"], ["c"], []]);
    expect(store.history({ ...of("globex"), templateHash: "another" })).toMatchObject({ count: 1, samples: 8 });
    store.close();
  });

  it("were one before they were told apart: its file goes on as it is", () => {
    const path = newPath();
    const old = quiet(path).store;
    old.recordOutcome(record("a"));
    old.close();
    const database = new DatabaseSync(path);
    database.exec(`DROP INDEX outcomes_by_template; DROP INDEX outcomes_by_kind;
      ALTER TABLE outcomes DROP COLUMN tenant; PRAGMA user_version = 1;
      CREATE INDEX outcomes_by_template ON outcomes (template_hash, id);
      CREATE INDEX outcomes_by_kind ON outcomes (domain, length_bucket, id);`);
    database.close();
    const { store, warnings } = quiet(path);
    expect(store.similarOutcomes(of("local"))).toMatchObject([record("a")]);
    expect(store.similarOutcomes(of("acme"))).toEqual([]);
    store.recordOutcome(record("b", undefined, { features: of("acme") }));
    expect(store.countOutcomes()).toBe(2);
    expect(warnings).toEqual([]);
    store.close();
  });
});

describe("a store", () => {
  it("keeps no text of problems unless told to", () => {
    const path = newPath();
    const plain = quiet(path).store;
    plain.recordOutcome(record("a", "zebra zebra", { prompt: "zebra zebra" }));
    plain.close();
    expect(readFileSync(path).includes("zebra")).toBe(false);
    const recording = quiet(path, { recordPrompts: true }).store;
    recording.recordOutcome(record("b", "zebra", { prompt: "zebra" }));
    expect(recording.similarOutcomes(featuresOf("zebra", "linear"))[0]?.prompt).toBe("zebra");
    recording.close();
    expect(readFileSync(path).includes("zebra")).toBe(true);
  });

  it("keeps the newest outcomes only", () => {
    const { store } = quiet(newPath(), { maxOutcomes: 10 });
    for (let i = 0; i < 129; i += 1) store.recordOutcome(record(`solve-${i}`));
    expect(store.countOutcomes()).toBe(10);
    expect(store.similarOutcomes(record("x").features)[0]?.solveId).toBe("solve-128");
    store.close();
  });

  it("remembers across restarts, and is readable by its owner alone", () => {
    const path = newPath();
    const first = quiet(path).store;
    first.recordOutcome(record("a"));
    first.close();
    const second = quiet(path).store;
    expect(second.countOutcomes()).toBe(1);
    second.close();
    const program = `process.stdout.write((require("fs").statSync(${JSON.stringify(path)}).mode & 0o777).toString(8))`;
    return promisify(execFile)(process.execPath, ["-e", program]).then(({ stdout }) => expect(stdout).toBe("600"));
  });

  it("moves a file that is no database aside, says so, and begins a new one", () => {
    const path = newPath();
    quiet(path).store.close();
    const garbage = "not a database".repeat(1000);
    writeFileSync(path, garbage);
    const { store, warnings } = quiet(path);
    expect(store.recordOutcome(record("a"))).toBe(true);
    expect(store.path).toBe(path);
    store.close();
    expect(warnings).toHaveLength(1);
    const aside = /moved to (.+), and/.exec(warnings[0] as string)?.[1] as string;
    expect(readFileSync(aside, "utf8")).toBe(garbage);
  });

  it("moves a file with damaged pages aside", () => {
    const path = newPath();
    const before = quiet(path).store;
    for (let i = 0; i < 500; i += 1) before.recordOutcome(record(`solve-${i}`));
    before.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 4096, bytes.length));
    const { store, warnings } = quiet(path);
    expect(warnings).toHaveLength(1);
    expect(store.countOutcomes()).toBe(0);
    store.close();
  });

  it("leaves a file of a newer version alone and keeps to memory", () => {
    const path = newPath();
    quiet(path).store.close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    const { store, warnings } = quiet(path);
    expect(store.path).toBeUndefined();
    expect(store.recordOutcome(record("a"))).toBe(true);
    expect(warnings[0]).toContain("schema version 99");
    expect(existsSync(path)).toBe(true);
    store.close();
  });

  it("keeps to memory where it can have no file", () => {
    const file = join(root, "a-file");
    writeFileSync(file, "");
    chmodSync(file, 0o400);
    const { store, warnings } = quiet(join(file, "history.sqlite"));
    expect(store.path).toBeUndefined();
    expect(warnings[0]).toContain("kept in memory");
    store.close();
  });

  it("reports a database that breaks while it is open as data-loss", () => {
    const { store } = quiet(undefined);
    store.close();
    expect(() => store.countOutcomes()).toThrow(/cannot read the history/);
  });

  const writer = new URL("./index.ts", import.meta.url).href;
  const writeFrom = (path: string, name: string) => {
    const program = `
      const { openStore, featuresOf } = await import(${JSON.stringify(writer)});
      const store = openStore({ path: ${JSON.stringify(path)}, warn: (m) => console.log(m) });
      for (let i = 0; i < 100; i += 1) store.recordOutcome({ solveId: "shared-" + i, features: featuresOf("q", "d"),
        difficulty: 0, votesForAnswer: 1, votes: 1, confidence: undefined, correct: undefined });
      for (let i = 0; i < 50; i += 1) store.recordOutcome({ solveId: ${JSON.stringify(name)} + i, features: featuresOf("q", "d"),
        difficulty: 0, votesForAnswer: 1, votes: 1, confidence: undefined, correct: undefined });
      store.close();`;
    return promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  };

  it("is safe when several processes open a new file at once", async () => {
    const path = newPath();
    await Promise.all(["a", "b", "c", "d"].map((name) => writeFrom(path, name)));
    const { store } = quiet(path);
    expect(store.countOutcomes()).toBe(100 + 4 * 50);
    store.close();
  });

  it("is moved aside once when several processes find it corrupt at once", async () => {
    const path = newPath();
    quiet(path).store.close();
    writeFileSync(path, "garbage".repeat(1000));
    const outputs = await Promise.all(["a", "b", "c", "d"].map((name) => writeFrom(path, name)));
    expect(
      outputs
        .map((o) => o.stdout)
        .join("")
        .match(/is corrupt/g),
    ).toHaveLength(1);
    const { store } = quiet(path);
    expect(store.countOutcomes()).toBe(100 + 4 * 50);
    store.close();
    expect(readdirSync(join(path, "..")).filter((name) => name.includes("corrupt-"))).toHaveLength(1);
  });
});

describe("storePath", () => {
  it("is in the user's data folder unless configured", () => {
    expect(storePath(undefined, { XDG_DATA_HOME: "/data" })).toBe("/data/reckon/history.sqlite");
    expect(storePath(undefined, { HOME: "/home/a" })).toBe("/home/a/.local/share/reckon/history.sqlite");
    expect(storePath("/x/y", {})).toBe("/x/y");
    expect(storePath(":memory:", {})).toBeUndefined();
  });
});
