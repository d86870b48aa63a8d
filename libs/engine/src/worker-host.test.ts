import { describe, expect, it } from "vitest";
import { createDecodeClient } from "./decode/decode-client.ts";
import { defaultWeightsDir, readModelFiles } from "./model-files.ts";
import { createScoringClient } from "./score/scoring-client.ts";
import { collect } from "./testing.ts";
import { createTokenizer } from "./tokenizer.ts";

async function load() {
  const files = await readModelFiles(defaultWeightsDir, []);
  const { vocabSize, bosId, eosId, padId, sepId } = files.manifest;
  const tokenizer = createTokenizer(files.tokenizerJson, vocabSize, [bosId, eosId, padId, sepId]);
  return { ...files, tokenizer };
}

describe("a worker that crashes", () => {
  it("fails its live samples as retryable, and is started again", async () => {
    const { manifest, tokenizer, decoderPath: modelPath } = await load();
    const { tokenBytes } = tokenizer;
    const worker = { ...manifest, modelPath, maxBatch: 4, tokenBytes };
    const client = await createDecodeClient({ tokenizer, format: manifest, lanes: 2, worker });
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
