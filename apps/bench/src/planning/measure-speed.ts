import type { Engine } from "@reckon/engine";

const MEASURED_MS = 2_000;
const WINDOW = 8;
const FULL = 32;

/** Decoded tokens a second of one of 8 samples of a prompt, and of 32 samples together, on this machine. */
export async function measureSpeed(engine: Engine, prompts: readonly string[]) {
  const run = async (samples: number) => {
    const startedAt = performance.now();
    let tokens = 0;
    for (let i = 0; performance.now() - startedAt < MEASURED_MS; i += 1) {
      const generation = engine.open(prompts[i % prompts.length] as string, { temperature: 1, seed: i });
      for (let index = 0; index < samples; index += 1) generation.start(index);
      generation.finish();
      for await (const event of generation.events) {
        if (event.type === "sample-ended") tokens += event.usage.outputTokens;
      }
    }
    return (1000 * tokens) / (performance.now() - startedAt);
  };
  await run(WINDOW);
  const [window, full] = [await run(WINDOW), await run(FULL)];
  return { tokensPerSecond: window / WINDOW, totalTokensPerSecond: full };
}
