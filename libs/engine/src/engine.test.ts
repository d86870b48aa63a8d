import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GenerateOptions, ReckonError } from "@reckon/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "./engine.ts";
import { defaultWeightsDir } from "./model-files.ts";
import { openReference } from "./reference.ts";
import { type CollectedSample, collect } from "./testing.ts";

const prompt = "Compute (12 + 7) * 3 - 48 / 6.";
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

/** Runs samples 0 to `count` - 1 of one call to their ends. */
async function sampleAll(text: string, options: GenerateOptions, count = 1): Promise<CollectedSample[]> {
  const generation = engine.open(text, options);
  for (let i = 0; i < count; i++) generation.start(i);
  generation.finish();
  const samples = await collect(generation);
  return Array.from({ length: count }, (_, i) => samples.get(i) as CollectedSample);
}

function thrown(action: () => unknown): ReckonError {
  try {
    action();
  } catch (error) {
    return error as ReckonError;
  }
  throw new Error("nothing was thrown");
}

describe("sampling", () => {
  it("gives the same sample for the same seed, alone or among others", async () => {
    const options = { seed: 42, maxTokens: 40, temperature: 2 };
    const [alone] = await sampleAll(prompt, options);
    const noise = Promise.all([
      sampleAll("Solve 3x + 5 = 20", { maxTokens: 60 }, 9),
      sampleAll("What is 17 * 23?", {}, 7),
    ]);
    const together = await sampleAll(prompt, options, 6);
    await noise;
    expect(together[0]?.text).toBe(alone?.text);
    expect(new Set(together.map((sample) => sample.text)).size).toBeGreaterThan(1);
  });

  it("draws the tokens of a plain loop over the model", async () => {
    const reference = await openReference();
    for (const question of [prompt, "Solve 3x + 5 = 20", "Сколько будет 2 + 2?"]) {
      const expected = await reference.generate(question, 40);
      const [sample] = await sampleAll(question, { temperature: 0, maxTokens: 40 });
      expect(sample?.text).toBe(reference.decode(expected));
      expect(sample?.tokens).toBe(expected.length);
    }
  });

  it("continues a prefix as one generation would have gone on", async () => {
    const options = { temperature: 0, maxTokens: 60 };
    const [whole] = await sampleAll("Tom has 12 apples and buys 7 more. How many apples does Tom have?", options);
    const text = whole?.text ?? "";
    const line = text.indexOf("\n") + 1;
    const prefix = text.slice(0, line);
    const question = "Tom has 12 apples and buys 7 more. How many apples does Tom have?";
    const [rest] = await sampleAll(question, { ...options, prefix });
    expect(prefix + (rest?.text ?? "").slice(0, text.length - prefix.length)).toBe(text);
  });

  it("computes a shared prompt once, and a prefix from where it differs", async () => {
    const question = "What is 8 + 9 - 3 + 4?";
    const before = engine.load().prefilledTokens;
    const samples = await sampleAll(question, { maxTokens: 3 }, 5);
    const promptTokens = samples[0]?.usage?.promptTokens ?? 0;
    expect(engine.load().prefilledTokens - before).toBe(promptTokens);
    const computed = samples.map(({ usage }) => (usage?.promptTokens ?? 0) - (usage?.cachedPromptTokens ?? 0));
    expect(computed.sort((a, b) => a - b)).toEqual([0, 0, 0, 0, promptTokens]);
    const [longer] = await sampleAll(question, { maxTokens: 3, prefix: "8 + 9 = 17\n" });
    expect(longer?.usage?.cachedPromptTokens).toBe(promptTokens);
    expect(longer?.usage?.promptTokens).toBeGreaterThan(promptTokens);
  });

  it("computes a prompt once for samples that each continue from another prefix", async () => {
    const before = engine.load().prefilledTokens;
    const generation = engine.open("What is 6 + 7 - 1?", { maxTokens: 2 });
    const prefixes = ["6 + 7 = 13\n", "6 + 7 = 14\n", "7 - 1 = 6\n"];
    for (const [i, prefix] of prefixes.entries()) generation.start(i, { prefix });
    generation.finish();
    const usages = [...(await collect(generation)).values()].map((sample) => sample.usage);
    const computed = usages.map((usage) => (usage?.promptTokens ?? 0) - (usage?.cachedPromptTokens ?? 0));
    expect(engine.load().prefilledTokens - before).toBe(computed.reduce((a, b) => a + b, 0));
    // One sample pays for the prompt, the others for their prefixes alone.
    expect(computed.filter((tokens) => tokens > 10)).toHaveLength(1);
  });

  it("ends at a stop text without it, and at the limit of tokens", async () => {
    const [whole] = await sampleAll(prompt, { temperature: 0, maxTokens: 30 });
    const text = whole?.text ?? "";
    expect(whole).toMatchObject({ tokens: whole?.usage?.outputTokens });
    const stop = text.slice(4, 7);
    const [stopped] = await sampleAll(prompt, { temperature: 0, maxTokens: 30, stop: [stop, "never"] });
    expect(stopped?.reason).toBe("stop");
    expect(stopped?.text).toBe(text.slice(0, text.indexOf(stop)));
    const [short] = await sampleAll(prompt, { temperature: 0, maxTokens: 5 });
    expect(short).toMatchObject({ reason: "length", tokens: 5 });
    expect(text.startsWith(short?.text ?? "?")).toBe(true);
  });

  it("gives one log-probability a token, and the likeliest tokens", async () => {
    const generation = engine.open(prompt, { temperature: 0, maxTokens: 12, logprobs: true, topLogprobs: 3 });
    generation.start(0);
    generation.finish();
    const tops: number[][] = [];
    const texts: string[] = [];
    const sample = (
      await collect(generation, (event) => {
        if (event.type !== "token-delta") return;
        texts.push(...(event.tokenTexts ?? []));
        tops.push(...(event.topLogprobs ?? []).map((t) => t.map((top) => top.logprob)));
      })
    ).get(0);
    expect(sample?.logprobs).toHaveLength(sample?.tokens ?? -1);
    expect(tops).toHaveLength(sample?.tokens ?? -1);
    expect(texts).toHaveLength(sample?.tokens ?? -1);
    expect(texts.join("")).toBe(sample?.text);
    expect(sample?.usage?.promptTokens).toBe(engine.countTokens(prompt));
    for (const [i, top] of tops.entries()) {
      expect(top).toHaveLength(3);
      expect(top[0]).toBeCloseTo(sample?.logprobs[i] ?? 1, 5);
      expect(top[0]).toBeGreaterThanOrEqual(top[1] as number);
      expect(top[0]).toBeLessThanOrEqual(0);
    }
  });

  it("goes on to the end of the context and no further", async () => {
    const long = `${"1 + ".repeat(230)}1`;
    const [sample] = await sampleAll(long, { temperature: 1, seed: 5 });
    const { promptTokens, outputTokens } = sample?.usage ?? { promptTokens: 0, outputTokens: 0 };
    expect(promptTokens + outputTokens).toBeLessThanOrEqual(engine.model.contextLength);
    if (sample?.reason === "length") expect(promptTokens + outputTokens).toBe(engine.model.contextLength);
  });

  it.each([
    ["another language", "Сколько будет 2 + 2? 二加二等于几？"],
    ["a lone surrogate", "2 + \ud800 = ?"],
    ["NUL and controls", "2 +\u0000\u0007 2"],
    ["text like a control token", "<eos><bos><pad> 2 + 2"],
    ["emoji", "🧮 2 + 2 = ? 👩‍👩‍👧"],
  ])("takes %s", async (_, text) => {
    const [sample] = await sampleAll(text, { maxTokens: 8, seed: 1 });
    expect(sample?.reason).toMatch(/stop|length/);
    expect(sample?.text).not.toMatch(/<(pad|bos|eos|sep)>/);
  });
});

describe("cancelling", () => {
  it("reports exactly what a cancelled sample has generated", async () => {
    const before = engine.load();
    const generation = engine.open(prompt, { seed: 3, temperature: 2 });
    for (let i = 0; i < 4; i++) generation.start(i);
    generation.finish();
    const samples = await collect(generation, (event) => {
      if (event.type === "token-delta" && event.sample < 2) generation.cancel(event.sample);
    });
    const after = engine.load();
    const all = [...samples.values()];
    for (const sample of all) expect(sample.usage?.outputTokens).toBe(sample.tokens);
    const cancelled = all.filter((sample) => sample.reason === "cancelled");
    expect(cancelled.length).toBeGreaterThan(0);
    expect(after.cancelledTokens - before.cancelledTokens).toBe(cancelled.reduce((sum, s) => sum + s.tokens, 0));
    expect(after.outputTokens - before.outputTokens).toBe(all.reduce((sum, s) => sum + s.tokens, 0));
  });

  it("frees everything when the consumer leaves early", async () => {
    const generation = engine.open(prompt, { temperature: 2 });
    for (let i = 0; i < 8; i++) generation.start(i);
    for await (const event of generation.events) if (event.type === "token-delta") break;
    await expect.poll(() => engine.load()).toMatchObject({ liveSamples: 0, queuedSamples: 0 });
    expect(() => generation.start(9)).toThrow(/closed/);
    generation.close();
  });

  it("keeps its counters exact over 200 samples that come and go at random", async () => {
    const before = engine.load();
    let state = 12345;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    const one = async (call: number) => {
      const options = { seed: call, maxTokens: 1 + random(30), ...(call % 3 === 0 ? { prefix: "12 + 7 = 19\n" } : {}) };
      const generation = engine.open(`What is ${call} + ${random(90)}?`, options);
      const cancelAt = new Map<number, number>();
      for (let i = 0; i < 10; i++) {
        generation.start(i);
        const when = random(4);
        if (when === 0) generation.cancel(i);
        else if (when === 1) cancelAt.set(i, 1 + random(6));
        if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      generation.finish();
      const seen = new Map<number, number>();
      return collect(generation, (event) => {
        if (event.type !== "token-delta") return;
        const tokens = (seen.get(event.sample) ?? 0) + event.tokens;
        seen.set(event.sample, tokens);
        if (tokens >= (cancelAt.get(event.sample) ?? 1000)) generation.cancel(event.sample);
      });
    };
    const calls = await Promise.all(Array.from({ length: 20 }, (_, call) => one(call)));
    const samples = calls.flatMap((call) => [...call.values()]);
    const after = engine.load();
    expect(samples).toHaveLength(200);
    expect(after).toMatchObject({ liveSamples: 0, queuedSamples: 0 });
    const sum = (of: (sample: CollectedSample) => number) => samples.reduce((total, sample) => total + of(sample), 0);
    expect(after.outputTokens - before.outputTokens).toBe(sum((s) => s.usage?.outputTokens ?? 0));
    expect(sum((s) => s.tokens)).toBe(sum((s) => s.usage?.outputTokens ?? 0));
    const cancelled = sum((s) => (s.reason === "cancelled" ? s.tokens : 0));
    expect(after.cancelledTokens - before.cancelledTokens).toBe(cancelled);
    const computed = sum((s) => (s.usage?.promptTokens ?? 0) - (s.usage?.cachedPromptTokens ?? 0));
    expect(after.prefilledTokens - before.prefilledTokens).toBe(computed);
    expect(samples.every((s) => s.reason !== "failed" && s.reason !== undefined)).toBe(true);
  });
});

describe("refusals", () => {
  it("names the tokens of a prompt that the context cannot hold", () => {
    const error = thrown(() => engine.open("12 ".repeat(20_000), {}));
    expect(error).toMatchObject({ code: "invalid-argument", violations: [{ field: "prompt" }] });
    expect(error.message).toMatch(/^prompt has [\d,]+ tokens; the model's context is 512 tokens/);
    expect(thrown(() => engine.open("x".repeat(900_000), {})).message).toMatch(/^prompt has at least/);
    expect(thrown(() => engine.open("2 + 2", { prefix: "1 ".repeat(400) })).message).toMatch(/^prefix has/);
  });

  it.each<[string, GenerateOptions]>([
    ["temperature", { temperature: 2.5 }],
    ["temperature", { temperature: Number.NaN }],
    ["top_p", { topP: 0 }],
    ["top_k", { topK: -1 }],
    ["seed", { seed: 1.5 }],
    ["stop[0]", { stop: [""] }],
    ["max_tokens", { maxTokens: 0 }],
    ["top_logprobs", { topLogprobs: 2 }],
  ])("refuses a bad %s", (field, options) => {
    const error = thrown(() => engine.open(prompt, options));
    expect(error).toMatchObject({ code: "invalid-argument", violations: [{ field }] });
  });

  it("refuses an empty prompt, another model, and an index that was used", () => {
    expect(thrown(() => engine.open(" \n", {})).message).toMatch(/prompt is empty/);
    expect(thrown(() => engine.open(prompt, { model: "gpt-5" })).code).toBe("not-found");
    const generation = engine.open(prompt, { maxTokens: 1 });
    generation.start(0);
    expect(thrown(() => generation.start(0)).code).toBe("invalid-argument");
    generation.close();
  });

  it("names a model file that is missing or damaged, and what to do", async () => {
    const dir = await mkdtemp(join(tmpdir(), "reckon-weights-"));
    try {
      await expect(createEngine({ weightsDir: dir })).rejects.toMatchObject({
        code: "failed-precondition",
        message: expect.stringMatching(/model\.json is missing: restore it/),
      });
      await cp(defaultWeightsDir, dir, { recursive: true });
      const path = join(dir, "decoder.onnx");
      const bytes = await readFile(path);
      bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
      await writeFile(path, bytes);
      await expect(createEngine({ weightsDir: dir })).rejects.toMatchObject({
        code: "data-loss",
        message: expect.stringMatching(/decoder\.onnx is damaged .* sha-256/),
      });
      await writeFile(path, "not a model");
      const manifest = JSON.parse(await readFile(join(dir, "model.json"), "utf8"));
      const { createHash } = await import("node:crypto");
      manifest.decoder.sha256 = createHash("sha256").update("not a model").digest("hex");
      await writeFile(join(dir, "model.json"), JSON.stringify(manifest));
      await expect(createEngine({ weightsDir: dir })).rejects.toMatchObject({
        code: "data-loss",
        message: expect.stringMatching(/decoder\.onnx cannot be loaded/),
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
