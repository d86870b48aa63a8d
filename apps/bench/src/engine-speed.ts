// Tokens per second of the embedded engine with 1 to 32 samples in flight, against a plain loop over onnxruntime with the
// same weights. `node apps/bench/src/engine-speed.ts [--threads 1] [--weights models/weights] [--repetitions 7] [--ms 600]`
import { parseArgs } from "node:util";
import { createEngine, type Engine, openReference, type Reference } from "@reckon/engine";

const questions = [
  "Compute (12 + 7) * 3 - 48 / 6.",
  "Solve 3x + 5 = 20",
  "What is 17 * 23?",
  "Tom has 12 apples and buys 7 more. He gives 5 to Ann. How many apples does Tom have?",
];
const batches = [1, 8, 16, 32];
/** Long enough for a chain of reasoning; the plain loop and the engine stop at the same length. */
const maxTokens = 64;

const { values } = parseArgs({
  options: {
    threads: { type: "string" },
    weights: { type: "string" },
    repetitions: { type: "string", default: "7" },
    ms: { type: "string", default: "600" },
  },
});
const threads = values.threads === undefined ? undefined : Number(values.threads);
const repetitions = Number(values.repetitions);
const windowMs = Number(values.ms);

const engine = await createEngine({ weightsDir: values.weights, threads, parts: ["decoder"] });
const reference = await openReference(values.weights);
await measurePlain(reference, windowMs / 2);
await measureEngine(engine, 8, windowMs / 2);

// One round measures every row once, so that a busy moment of the machine falls on all of them alike.
const plain: number[] = [];
const rows = batches.map(() => [] as number[]);
for (let round = 0; round < repetitions; round++) {
  plain.push(await measurePlain(reference, windowMs));
  for (const [i, batch] of batches.entries()) rows[i]?.push(await measureEngine(engine, batch, windowMs));
}
await engine.close();

const [single = []] = rows;
console.log(`${engine.model.id}, ${threads ?? "default"} threads, medians of ${repetitions} rounds of ${windowMs} ms`);
console.log("                 tokens/s   x plain loop   x batch 1   (quartiles)");
print("plain loop", plain);
for (const [i, batch] of batches.entries()) print(`engine, batch ${batch}`, rows[i] ?? []);

function print(name: string, speeds: readonly number[]): void {
  const toPlain = ratios(speeds, plain);
  const toSingle = ratios(speeds, single);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(toSingle, q).toFixed(2));
  const speed = Math.round(quantile(speeds, 0.5)).toLocaleString("en-US").padStart(9);
  const times = quantile(toPlain, 0.5).toFixed(2).padStart(10);
  console.log(`${name.padEnd(16)}${speed}     ${times}   ${middle?.padStart(9)}   (${low} - ${high})`);
}

/** Tokens per second of one sequence after another, greedily. */
async function measurePlain(loop: Reference, ms: number): Promise<number> {
  const start = performance.now();
  let tokens = 0;
  for (let i = 0; performance.now() - start < ms; i++) {
    tokens += (await loop.generate(questions[i % questions.length] as string, maxTokens)).length;
  }
  return (tokens * 1000) / (performance.now() - start);
}

/** Tokens per second while `batch` samples are always in flight: a new one starts as one ends. */
async function measureEngine(subject: Engine, batch: number, ms: number): Promise<number> {
  let running = true;
  const lane = async (index: number): Promise<void> => {
    const question = questions[index % questions.length] as string;
    const generation = subject.open(question, { maxTokens, seed: index });
    let sample = 0;
    generation.start(sample);
    for await (const event of generation.events) {
      if (event.type !== "sample-ended") continue;
      if (running) generation.start(++sample);
      else generation.finish();
    }
  };
  const lanes = Promise.all(Array.from({ length: batch }, (_, i) => lane(i)));
  await sleep(ms / 4);
  const before = subject.load().outputTokens;
  const start = performance.now();
  await sleep(ms);
  const tokens = subject.load().outputTokens - before;
  const seconds = (performance.now() - start) / 1000;
  running = false;
  await lanes;
  return tokens / seconds;
}

function ratios(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value / (b[i] ?? Number.NaN));
}

function quantile(numbers: readonly number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
