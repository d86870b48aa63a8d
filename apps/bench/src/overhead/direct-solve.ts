import { extractAnswer } from "@reckon/answers";
import type { Engine } from "@reckon/engine";

/** How long one question took. */
export interface Timing {
  /** From the question to the first text of any sample. */
  readonly firstThoughtMs: number;
  /** From the question to the answer. */
  readonly wholeMs: number;
  readonly outputTokens: number;
}

/** Draws samples of a question on the engine in this process, without any service: what the three hops are compared with. */
export async function directSolve(engine: Engine, prompt: string, samples: number): Promise<Timing> {
  const startedAt = performance.now();
  let firstThoughtMs: number | undefined;
  let outputTokens = 0;
  const texts: string[] = [];
  const generation = engine.open(prompt, { temperature: 0 });
  for (let sample = 0; sample < samples; sample += 1) generation.start(sample);
  generation.finish();
  for await (const event of generation.events) {
    if (event.type === "token-delta") {
      firstThoughtMs ??= performance.now() - startedAt;
      texts[event.sample] = (texts[event.sample] ?? "") + event.text;
    } else if (event.type === "sample-ended") outputTokens += event.usage.outputTokens;
  }
  for (const text of texts) extractAnswer(text ?? "");
  const wholeMs = performance.now() - startedAt;
  return { firstThoughtMs: firstThoughtMs ?? wholeMs, wholeMs, outputTokens };
}
