import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { apiKeyId, createApiKey, hashApiKey, isHashOf } from "./api-key.ts";
import { type KeyRecord, readKeyFile, writeKeyFile } from "./key-file.ts";
import { createKeyRing } from "./key-ring.ts";

const folder = mkdtempSync(join(tmpdir(), "reckon-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `keys-${++files}.json`);
const warn = (message: string) => expect.unreachable(message);

function record(tenant: string, more: Partial<KeyRecord> = {}) {
  const { key, id, hash } = createApiKey();
  return { key, record: { id, tenant, hash, created: "2026-01-01T00:00:00Z", ...more } satisfies KeyRecord };
}

describe("an API key", () => {
  it("is new each time, names its id, and is known by its hash alone", () => {
    const [a, b] = [createApiKey(), createApiKey()];
    expect(a.key).not.toBe(b.key);
    expect(apiKeyId(a.key)).toBe(a.id);
    expect(a.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(isHashOf(a.hash, a.key)).toBe(true);
    expect(isHashOf(a.hash, b.key)).toBe(false);
    expect(apiKeyId(`${a.key} `)).toBeUndefined();
  });

  it("is hashed by SHA-256 (FIPS 180-4, the test vector for abc)", () => {
    expect(hashApiKey("abc")).toBe("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("a file of keys", () => {
  it("keeps what was written, for its owner's eyes only, and no key", () => {
    const file = newFile();
    const { key, record: kept } = record("acme", { label: "mobile app" });
    writeKeyFile(file, [kept]);
    expect(readKeyFile(file)).toEqual([kept]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(readKeyFile(file))).not.toContain(key.slice(-43));
    expect(readKeyFile(newFile())).toEqual([]);
  });

  it.each([
    ["{", /JSON/],
    ["[]", /"keys"/],
    ['{"keys": [{"id": "a"}]}', /keys\[0\] names no tenant/],
    [JSON.stringify({ keys: [{ ...record("acme").record, hash: "rk_secret" }] }), /keys\[0\] has no hash/],
    [JSON.stringify({ keys: [{ ...record("acme").record, expires: "soon" }] }), /keys\[0\] has a time/],
    [JSON.stringify({ keys: [{ ...record("Acme Inc").record }] }), /keys\[0\] names no tenant/],
  ])("says what is wrong with %s", (text, why) => {
    const file = newFile();
    writeFileSync(file, text);
    expect(() => readKeyFile(file)).toThrow(why);
  });
});

describe("a ring of keys", () => {
  it("finds the tenant of a key, and says why one is not valid only to who holds it", () => {
    const file = newFile();
    const [good, revoked, expired] = [
      record("acme"),
      record("acme", { revoked: "2026-02-01T00:00:00Z" }),
      record("globex", { expires: "2026-02-01T00:00:00Z" }),
    ] as const;
    writeKeyFile(file, [good.record, revoked.record, expired.record]);
    let nowMs = Date.parse("2026-01-31T23:59:59Z");
    const ring = createKeyRing({ file, warn, nowMs: () => nowMs });
    expect(ring.find(good.key)).toEqual({ tenant: "acme" });
    expect(ring.find(expired.key)).toEqual({ tenant: "globex" });
    nowMs += 1_000;
    expect(ring.find(expired.key)).toEqual({ refused: "expired" });
    expect(ring.find(revoked.key)).toEqual({ refused: "revoked" });
    const guess = `${revoked.key.slice(0, 16)}${"A".repeat(43)}`;
    expect(ring.find(guess)).toEqual({ refused: "unknown" });
  });

  it("takes hashes from the configuration beside the file", () => {
    const key = "made-by-something-else-0123456789";
    const ring = createKeyRing({ file: undefined, hashes: { initech: [hashApiKey(key)] }, warn });
    expect(ring.find(key)).toEqual({ tenant: "initech" });
    expect(ring.find(`${key}0`)).toEqual({ refused: "unknown" });
  });

  it("sees changes of the file within a second, and keeps what it has where the file breaks", () => {
    const file = newFile();
    const [first, second] = [record("acme"), record("globex")] as const;
    let nowMs = Date.parse("2026-01-01T00:00:00Z");
    const warnings: string[] = [];
    const ring = createKeyRing({ file, warn: (message) => void warnings.push(message), nowMs: () => nowMs });
    const change = (write: () => void) => {
      write();
      // The times of files are coarse on some machines.
      utimesSync(file, nowMs / 1000, nowMs / 1000);
      nowMs += 1_001;
    };
    expect(ring.find(first.key)).toEqual({ refused: "unknown" });
    change(() => writeKeyFile(file, [first.record]));
    expect(ring.find(first.key)).toEqual({ tenant: "acme" });
    change(() => writeKeyFile(file, [first.record, second.record]));
    expect(ring.find(second.key)).toEqual({ tenant: "globex" });
    change(() => writeFileSync(file, "{"));
    expect(ring.find(second.key)).toEqual({ tenant: "globex" });
    expect(warnings.join()).toMatch(/still hold/);
  });
});
