import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRecordFile } from "./record-file.ts";
import { createRecordWriter } from "./record-writer.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reckon-records-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const recordOf = (id: number) => ({ problemId: `p${id}`, samples: [{ tokens: 5, answer: "x".repeat(100) }] });
const warn = (message: string) => expect.unreachable(message);

describe("createRecordWriter", () => {
  it("has everything in the file when it is closed, in order, after what was there", async () => {
    const path = join(folder, "new", "records.jsonl");
    for (const from of [0, 50]) {
      const writer = createRecordWriter({ path, maxBytes: 1e9, warn });
      for (let id = from; id < from + 50; id += 1) {
        writer.append(recordOf(id));
        if (id % 7 === 0) await new Promise(setImmediate);
      }
      await writer.close();
    }
    const read = await Array.fromAsync(readRecordFile(path));
    expect(read.map((record) => record.problemId)).toEqual(Array.from({ length: 100 }, (_, id) => `p${id}`));
  });

  it("moves a full file aside and begins a new one", async () => {
    const path = join(folder, "records.jsonl");
    const writer = createRecordWriter({ path, maxBytes: 1000, warn });
    for (let id = 0; id < 20; id += 1) {
      writer.append(recordOf(id));
      await writer.close();
    }
    expect(statSync(path).size).toBeLessThanOrEqual(1000);
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1000);
    expect(readFileSync(path, "utf8")).toContain('"p19"');
  });

  it("warns once where it cannot write, and goes on when it can", async () => {
    const warnings: string[] = [];
    const path = join(folder, "file", "records.jsonl");
    writeFileSync(join(folder, "file"), "not a folder");
    const writer = createRecordWriter({ path, maxBytes: 1e9, warn: (message) => warnings.push(message) });
    for (const id of [0, 1]) {
      writer.append(recordOf(id));
      await writer.close();
    }
    expect(warnings).toHaveLength(1);
    rmSync(join(folder, "file"));
    writer.append(recordOf(2));
    await writer.close();
    expect(readFileSync(path, "utf8")).toContain('"p2"');
  });
});
