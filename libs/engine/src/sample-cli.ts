import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createEngine, type Engine } from "./engine.ts";

/** Prompts in work at once: with several samples each they keep the batch full. */
const parallel = 32;

type Sampled = { text: string; ended: boolean; logprob: number };

/** Draws `count` samples of a prompt at temperature 1; `ended` is false for one that ran out of room. */
async function sampleOf(engine: Engine, prompt: string, count: number, seed: number) {
  const generation = engine.open(prompt, { seed, logprobs: true });
  const samples = Array.from({ length: count }, (): Sampled => ({ text: "", ended: false, logprob: 0 }));
  for (let index = 0; index < count; index += 1) generation.start(index);
  generation.finish();
  for await (const event of generation.events) {
    const sample = samples[event.sample] as Sampled;
    if (event.type === "token-delta") {
      sample.text += event.text;
      for (const logprob of event.logprobs ?? []) sample.logprob += logprob;
    } else if (event.type === "sample-ended") sample.ended = event.reason === "stop";
  }
  return samples;
}

/** Reads JSONL `{prompt}` from standard input; writes, in order, one array `[{text, ended, logprob}]` a prompt. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      samples: { type: "string", default: "8" },
      seed: { type: "string", default: "1" },
      weights: { type: "string" },
    },
  });
  const [count, seed] = [Number(values.samples), Number(values.seed)];
  const engine = await createEngine({ weightsDir: values.weights, parts: ["decoder"], maxBatch: 128 });
  const running: Promise<Sampled[]>[] = [];
  const write = async () => {
    const line = `${JSON.stringify(await running.shift())}\n`;
    if (!process.stdout.write(line)) await once(process.stdout, "drain");
  };
  let index = 0;
  try {
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      const { prompt } = JSON.parse(line) as { prompt: string };
      running.push(sampleOf(engine, prompt, count, seed * 1_000_003 + index));
      index += 1;
      if (running.length >= parallel) await write();
    }
    while (running.length > 0) await write();
  } finally {
    await engine.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
