import { beforeAll, describe, expect, it } from "vitest";
import { bindForward, type Forward, openSession } from "../forward.ts";
import { defaultWeightsDir, type ModelFiles, readModelFiles } from "../model-files.ts";
import { promptTokens } from "../prompt-tokens.ts";
import { createTokenizer, type Tokenizer } from "../tokenizer.ts";
import { createDecoder } from "./decoder.ts";
import { type DecodeCommand, endReasons, type StepMessage } from "./protocol.ts";
import { deriveSeed } from "./random.ts";

let files: ModelFiles;
let tokenizer: Tokenizer;
let session: Awaited<ReturnType<typeof openSession>>;
beforeAll(async () => {
  files = await readModelFiles(defaultWeightsDir, ["decoder"]);
  const { vocabSize, bosId, eosId, padId, sepId } = files.manifest;
  tokenizer = createTokenizer(files.tokenizerJson, vocabSize, [bosId, eosId, padId, sepId]);
  session = await openSession(files.decoderPath);
});

interface Ended {
  reason: string;
  text: string;
  failure: string | undefined;
}

function start(key: number, prompt: string, call = key): DecodeCommand {
  const tokens = promptTokens(prompt, tokenizer, files.manifest);
  const settings = {
    temperature: 1,
    topP: 1,
    topK: 0,
    stop: [],
    minTokens: 0,
    maxTokens: 24,
    logprobs: false,
    topLogprobs: 0,
  };
  const seed = deriveSeed(9, key);
  return { type: "start", key, call, tokens, promptLength: tokens.length, settings: { ...settings, seed } };
}

/** Runs a decoder in this thread, over the real model, until `count` samples ended. */
async function run(
  commands: DecodeCommand[],
  count: number,
  options: { maxBatch?: number; wrap?: (forward: Forward) => Forward; onMessage?: (message: StepMessage) => void } = {},
): Promise<Map<number, Ended>> {
  const { manifest } = files;
  const texts = new Map<number, string>();
  const ended = new Map<number, Ended>();
  const bind = () => bindForward(session, manifest, "logits");
  const decoder = createDecoder({
    shape: manifest,
    vocabSize: manifest.vocabSize,
    eosId: manifest.eosId,
    tokenBytes: tokenizer.tokenBytes,
    maxBatch: options.maxBatch ?? 8,
    decodeForward: options.wrap?.(bind()) ?? bind(),
    prefillForward: bind(),
    send: (message) => {
      if (message.type !== "step") return;
      options.onMessage?.(message);
      message.keys.forEach((key, i) => {
        texts.set(key, (texts.get(key) ?? "") + message.texts[i]);
      });
      message.ended.forEach((key, i) => {
        const reason = endReasons[message.reasons[i] as number] as string;
        ended.set(key, { reason, text: texts.get(key) ?? "", failure: message.failures.get(key) });
      });
      if (ended.size >= count) decoder.command({ type: "shutdown" });
    },
  });
  for (const command of commands) decoder.command(command);
  await decoder.run();
  return ended;
}

const questions = ["What is 17 * 23?", "Solve 3x + 5 = 20", "Compute 3 + 4 * 5.", "What is 9 - 2?"];

describe("decoder", () => {
  it("fails only the sample whose logits are not numbers", async () => {
    const commands = questions.map((question, key) => start(key, question));
    const clean = await run(commands, 4);
    let calls = 0;
    const wrap =
      (forward: Forward): Forward =>
      async (input) => {
        const output = await forward(input);
        calls += 1;
        if (calls !== 5) return output;
        const row = 1;
        output.head.fill(Number.NaN, row * files.manifest.vocabSize, (row + 1) * files.manifest.vocabSize);
        for (const values of output.fresh) {
          const size = values.length / input.batch;
          values.fill(Number.NaN, row * size, (row + 1) * size);
        }
        return output;
      };
    const results = await run(commands, 4, { wrap });
    const failed = [...results].filter(([, result]) => result.reason === "failed");
    expect(failed).toHaveLength(1);
    expect(failed[0]?.[1].failure).toMatch(/not numbers/);
    for (const [key, result] of results) if (result.reason !== "failed") expect(result).toEqual(clean.get(key));
  });

  it("fails the samples of a pass that throws, and serves the next ones", async () => {
    let calls = 0;
    const wrap =
      (forward: Forward): Forward =>
      (input) => {
        calls += 1;
        return calls === 3 ? Promise.reject(new Error("out of memory")) : forward(input);
      };
    const commands = questions.map((question, key) => start(key, question));
    const results = await run(commands, 4, { wrap, maxBatch: 2 });
    const reasons = [...results.values()].map((result) => result.reason);
    expect(reasons.filter((reason) => reason === "failed")).toHaveLength(2);
    expect([...results.values()].find((result) => result.failure)?.failure).toMatch(/out of memory/);
  });

  it("admits samples of all calls in turn when it is full", async () => {
    const commands = [0, 1, 2, 3, 4].map((key) => start(key, "What is 17 * 23?", 1));
    commands.push(start(5, "Solve 3x + 5 = 20", 2));
    const order: number[] = [];
    await run(commands, 6, { maxBatch: 1, onMessage: (message) => order.push(...message.started) });
    expect(order).toEqual([0, 5, 1, 2, 3, 4]);
  });

  it("gives every sample the same text in a batch of one and in a batch of eight", async () => {
    const commands = Array.from({ length: 12 }, (_, key) => start(key, questions[key % 4] as string));
    const narrow = await run(commands, 12, { maxBatch: 1 });
    const wide = await run(commands, 12, { maxBatch: 8 });
    for (const [key, result] of narrow) expect(wide.get(key)).toEqual(result);
  });
});
