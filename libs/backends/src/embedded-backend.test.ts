import { loadConfig } from "@reckon/config";
import type { Backend } from "@reckon/core";
import { afterEach, describe, expect, it } from "vitest";
import { createBackends } from "./create-backend.ts";
import { endsOf, generate, textOf } from "./openai/backend-under-test.fixture.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe("the embedded backend", () => {
  it("thinks with the real model, by seed, and closes", async () => {
    const config = loadConfig({ env: {}, folder: "/nonexistent" });
    const [backend] = createBackends(config) as [Backend];
    cleanups.push(() => backend.close());
    expect(await backend.load()).toMatchObject({ liveSamples: 0, outputTokens: 0 });
    const once = await generate(backend, 2, { seed: 3, maxTokens: 24 });
    const again = await generate(backend, 2, { seed: 3, maxTokens: 24, model: "reckon-embedded-1" });
    for (const sample of [0, 1]) expect(textOf(again, sample)).toBe(textOf(once, sample));
    expect(textOf(once, 0)).not.toBe("");
    const tokens = [...endsOf(once), ...endsOf(again)].reduce((sum, end) => sum + end.usage.outputTokens, 0);
    expect(await backend.load()).toMatchObject({ liveSamples: 0, outputTokens: tokens });
  });

  it("says clearly what is wrong with its weights, and tries again with the next call", async () => {
    const config = loadConfig({ env: { RECKON_ENGINE_WEIGHTS_DIR: "/nonexistent" }, folder: "/nonexistent" });
    const [backend] = createBackends(config) as [Backend];
    for (let i = 0; i < 2; i += 1) await expect(backend.listModels()).rejects.toThrow("/nonexistent");
    await backend.close();
  });
});
