import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../engine.ts";
import { bindForward, type Forward, openSession } from "../forward.ts";
import { defaultWeightsDir, readModelFiles } from "../model-files.ts";
import { promptTokens } from "../prompt-tokens.ts";
import { createTokenizer, type Tokenizer } from "../tokenizer.ts";
import type { ScoreCommand, ScoredMessage } from "./protocol.ts";
import { createScorer } from "./scorer.ts";

const prompt = "Compute (12 + 7) * 3 - 48 / 6.";
const steps = ["12 + 7 = 19", "19 * 3 = 58", "48 / 6 = 8", "58 - 8 = 50", "Answer: 50"];
let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ parts: ["prm"] });
});
afterAll(() => engine.close());

async function scoreAll(scoring: ReturnType<Engine["openScoring"]>, sample: number, lines = steps): Promise<number[]> {
  const results = lines.map((line, i) => scoring.score(sample, line, i === lines.length - 1));
  return (await Promise.all(results)).map((result) => result.score);
}

function expectSame(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
}

describe("step scores", () => {
  it("are the same alone, among other questions' samples, and one by one", async () => {
    const scoring = engine.openScoring(prompt);
    const alone = await scoreAll(scoring, 0);
    for (const score of alone) expect(score).toBeGreaterThanOrEqual(0);
    for (const score of alone) expect(score).toBeLessThanOrEqual(1);
    const other = engine.openScoring("Solve 3x + 5 = 20");
    const lines = ["20 - 5 = 15", "15 / 3 = 5", "Answer: x = 5"];
    const together = await Promise.all([
      ...Array.from({ length: 9 }, (_, i) => scoreAll(scoring, i + 1)),
      ...Array.from({ length: 5 }, (_, i) => scoreAll(other, i, lines)),
    ]);
    for (const scores of together.slice(0, 9)) expectSame(scores, alone);
    const oneByOne: number[] = [];
    for (const [i, step] of steps.entries()) oneByOne.push((await scoring.score(50, step, i === 4)).score);
    expectSame(oneByOne, alone);
    scoring.close();
    other.close();
  });

  it("count the prompt once, on its first step", async () => {
    const scoring = engine.openScoring("What is 4 + 4?");
    const [a, b] = await Promise.all([scoring.score(0, "4 + 4 = 8", false), scoring.score(1, "4 + 4 = 8", false)]);
    expect(a.tokens).toBeGreaterThan(b.tokens);
    scoring.close();
  });

  it("reject at once when the sample is dropped or the scoring closed, and leave others alone", async () => {
    const scoring = engine.openScoring(prompt);
    const dropped = scoring.score(0, steps[0] as string, false);
    const kept = scoring.score(1, steps[0] as string, false);
    scoring.drop(0);
    await expect(dropped).rejects.toMatchObject({ code: "cancelled" });
    await expect(kept).resolves.toMatchObject({ score: expect.any(Number) });
    await expect(scoring.score(0, "1 + 1 = 2", false)).rejects.toMatchObject({ code: "failed-precondition" });
    const open = scoring.score(1, steps[1] as string, false);
    scoring.close();
    scoring.close();
    await expect(open).rejects.toMatchObject({ code: "cancelled" });
    await expect(scoring.score(2, "1", false)).rejects.toMatchObject({ code: "failed-precondition" });
  });

  it("refuse a sample that the context cannot hold, and an empty question", async () => {
    const scoring = engine.openScoring(prompt);
    await expect(scoring.score(0, "1 + ".repeat(300), false)).rejects.toThrow(
      /the process reward model's context is 512/,
    );
    await expect(scoring.score(0, "x".repeat(1e6), false)).rejects.toThrow(/a step of 1000000 bytes/);
    expect(() => engine.openScoring("")).toThrow(/prompt is empty/);
    scoring.close();
  });

  it("of an engine without a process reward model are refused, as samples are without a decoder", async () => {
    expect(() => engine.open(prompt, {})).toThrow(/created without its decoder/);
  });
});

describe("scorer", () => {
  /** Runs a scorer in this thread, over the real model, until `requests` are answered. */
  async function run(
    commands: ScoreCommand[],
    requests: number,
    options: { maxCachedTokens?: number; wrap?: (f: Forward) => Forward },
  ) {
    const { manifest, prmPath } = await readModelFiles(defaultWeightsDir, ["prm"]);
    const forward = bindForward(await openSession(prmPath), manifest.prm, "scores");
    const results = new Map<number, number | string>();
    const scorer = createScorer({
      shape: manifest.prm,
      forward: options.wrap?.(forward) ?? forward,
      ...(options.maxCachedTokens === undefined ? {} : { maxCachedTokens: options.maxCachedTokens }),
      send: (message: ScoredMessage) => {
        message.requests.forEach((id, i) => {
          results.set(id, message.failures.get(id) ?? (message.scores[i] as number));
        });
        if (results.size >= requests) scorer.command({ type: "shutdown" });
      },
    });
    for (const command of commands) scorer.command(command);
    await scorer.run();
    return results;
  }

  async function commandsFor(samples: number): Promise<ScoreCommand[]> {
    const { manifest, tokenizerJson } = await readModelFiles(defaultWeightsDir, []);
    const { bosId, eosId, padId, sepId } = manifest;
    const tokenizer: Tokenizer = createTokenizer(tokenizerJson, manifest.vocabSize, [bosId, eosId, padId, sepId]);
    const commands: ScoreCommand[] = [{ type: "open", scoring: 1, prompt: promptTokens(prompt, tokenizer, manifest) }];
    for (const [i, line] of steps.entries()) {
      for (let sample = 0; sample < samples; sample++) {
        const step = Int32Array.of(...tokenizer.encode(line), ...(i === 4 ? [eosId] : tokenizer.encode("\n")));
        commands.push({ type: "score", request: sample * 5 + i, scoring: 1, sample, step });
      }
    }
    return commands;
  }

  it("gives the same scores when every cache is let go and computed afresh", async () => {
    const commands = await commandsFor(3);
    const kept = await run(commands, 15, {});
    const afresh = await run(commands, 15, { maxCachedTokens: 0 });
    for (const [id, score] of kept) expect(afresh.get(id)).toBeCloseTo(score as number, 4);
  });

  it("keeps the caches that it has room for where more samples take turns than fit", async () => {
    const commands = await commandsFor(64);
    const read = async (maxCachedTokens: number) => {
      let tokens = 0;
      const wrap =
        (forward: Forward): Forward =>
        (input) => {
          for (const length of input.chunkLengths ?? []) tokens += length;
          return forward(input);
        };
      await run(commands, 320, { maxCachedTokens, wrap });
      return tokens;
    };
    const [none, half, all] = [await read(0), await read(32 * 96), await read(64 * 96)];
    expect(half).toBeLessThan(all + 0.75 * (none - all));
  });

  it("fails only the request whose score is not a number", async () => {
    const commands = await commandsFor(3);
    const clean = await run(commands, 15, {});
    let poisoned = false;
    const wrap =
      (forward: Forward): Forward =>
      async (input) => {
        const output = await forward(input);
        if (poisoned || input.batch < 2) return output;
        poisoned = true;
        output.head[0] = Number.NaN;
        for (const values of output.fresh) values.fill(Number.NaN, 0, values.length / input.batch);
        return output;
      };
    const results = await run(commands, 15, { wrap });
    const failed = [...results.values()].filter((result) => typeof result === "string");
    expect(failed).toEqual(["the process reward model gave a score that is not a number"]);
    for (const [id, result] of results) {
      if (typeof result === "number") expect(result).toBeCloseTo(clean.get(id) as number, 4);
    }
  });
});
