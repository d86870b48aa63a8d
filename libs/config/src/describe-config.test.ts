import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeConfig } from "./describe-config.ts";
import { backendKeys, knownKeys } from "./known-keys.ts";

describe("docs/configuration.md", () => {
  it("is what the schema says", () => {
    const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
    expect(page).toBe(describeConfig());
  });

  it("describes every key", () => {
    const page = describeConfig();
    for (const key of [...knownKeys, ...backendKeys]) {
      expect(key.description.length).toBeGreaterThan(10);
      expect(page).toContain(`| \`${key.key}\` |`);
    }
  });
});
