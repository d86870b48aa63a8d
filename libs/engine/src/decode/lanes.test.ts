import { describe, expect, it } from "vitest";
import { defaultWeightsDir, readModelFiles } from "../model-files.ts";
import { createScoringClient } from "../score/scoring-client.ts";
import { type CollectedSample, collect } from "../testing.ts";
import { createTokenizer } from "../tokenizer.ts";
import { createDecodeClient } from "./decode-client.ts";

async function load() {
  const files = await readModelFiles(defaultWeightsDir, []);
  const { vocabSize, bosId, eosId, padId, sepId } = files.manifest;
  const tokenizer = createTokenizer(files.tokenizerJson, vocabSize, [bosId, eosId, padId, sepId]);
  return { ...files, tokenizer };
}

async function startClient(lanes: number, maxBatch: number) {
  const { manifest, tokenizer, decoderPath: modelPath } = await load();
  const worker = { ...manifest, modelPath, maxBatch, tokenBytes: tokenizer.tokenBytes };
  return createDecodeClient({ tokenizer, format: manifest, lanes, worker });
}

/** Prompt tokens that were computed for a sample. */
const computed = (sample: CollectedSample): number =>
  (sample.usage?.promptTokens ?? 0) - (sample.usage?.cachedPromptTokens ?? 0);

describe("lanes", () => {
  it("compute a prompt once, and give the samples that one lane would give", async () => {
    const texts: string[][] = [];
    for (const lanes of [1, 3]) {
      const client = await startClient(lanes, 16);
      const generation = client.open("What is 17 * 23?", { seed: 4, maxTokens: 20 });
      for (let i = 0; i < 24; i++) generation.start(i, i % 5 === 4 ? { prefix: "17 * 20 = 340\n" } : {});
      generation.finish();
      const samples = await collect(generation);
      const all = Array.from({ length: 24 }, (_, i) => samples.get(i) as CollectedSample);
      const prompt = all[0]?.usage?.promptTokens ?? 0;
      const total = all.reduce((sum, sample) => sum + computed(sample), 0);
      expect(all.filter((sample) => computed(sample) >= prompt)).toHaveLength(1);
      expect(client.load().prefilledTokens).toBe(total);
      texts.push(all.map((sample) => sample.text));
      await client.close();
    }
    expect(texts[1]).toEqual(texts[0]);
  });

  it("take over the prompt of a lane that crashes before it could pass it on", async () => {
    const client = await startClient(2, 16);
    const generation = client.open("What is 17 * 23?", { seed: 4, maxTokens: 20 });
    for (let i = 0; i < 12; i++) generation.start(i);
    generation.finish();
    await client.crash(0);
    const all = [...(await collect(generation)).values()];
    expect(all).toHaveLength(12);
    const ended = all.filter((sample) => sample.reason !== "failed");
    expect(ended.length).toBeGreaterThan(0);
    expect(all.every((sample) => sample.reason !== "failed" || sample.retryable)).toBe(true);
    expect(client.load()).toMatchObject({ liveSamples: 0, queuedSamples: 0 });
    await client.close();
  });
});

describe("a worker that crashes", () => {
  it("fails its live samples as retryable, and is started again", async () => {
    const client = await startClient(2, 4);
    const before = client.open("What is 17 * 23?", { temperature: 2 });
    for (let i = 0; i < 8; i++) before.start(i);
    before.finish();
    let crashed = false;
    const samples = await collect(before, (event) => {
      if (event.type !== "token-delta" || crashed) return;
      crashed = true;
      void client.crash(0);
    });
    const all = [...samples.values()];
    expect(
      all.some((sample) => sample.reason === "failed" && sample.retryable && /worker ended/.test(sample.failure ?? "")),
    ).toBe(true);
    for (const sample of all) expect(sample.usage?.outputTokens).toBe(sample.tokens);
    expect(client.load()).toMatchObject({ liveSamples: 0, queuedSamples: 0 });
    const after = client.open("What is 17 * 23?", { maxTokens: 4 });
    after.start(0);
    after.finish();
    expect((await collect(after)).get(0)?.reason).toMatch(/stop|length/);
    await client.close();
    const late = client.open("What is 17 * 23?", {});
    expect(() => late.start(0)).toThrow(/engine is closed/);
  });

  it("rejects pending scores as retryable, and serves new scorings", async () => {
    const { manifest, tokenizer, prmPath: modelPath } = await load();
    const worker = { ...manifest.prm, modelPath };
    const client = await createScoringClient({ tokenizer, format: manifest, worker });
    const scoring = client.openScoring("What is 17 * 23?");
    const pending = scoring.score(0, "23 * 7 = 161", false);
    void client.crash();
    await expect(pending).rejects.toMatchObject({ code: "unavailable", retryable: true });
    await expect(scoring.score(0, "23 * 7 = 161", false)).rejects.toMatchObject({ code: "unavailable" });
    const next = client.openScoring("What is 17 * 23?");
    await expect(next.score(0, "23 * 7 = 161", false)).resolves.toMatchObject({ score: expect.any(Number) });
    await client.close();
  });
});
