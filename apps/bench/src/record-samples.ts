import { createClusterer, extractAnswer } from "@reckon/answers";
import { type Generation, ReckonError, type SampleEnd } from "@reckon/core";
import type { Engine } from "@reckon/engine";
import { checkChain } from "@reckon/models";
import { isRight, type TestProblem } from "./problems.ts";
import type { ProblemRecord, SampleRecord } from "./sample-record.ts";

interface RawSample {
  text: string;
  end: SampleEnd;
  tokens: number;
  sumLogprob: number;
  stepTokens: number[];
}

/** Options of `recordProblem`. */
export interface RecordOptions {
  readonly samples: number;
  readonly temperature: number;
  readonly seed: number;
}

/**
 * Samples a problem on the engine itself, scores every finished line by the process reward model and marks what is right: a line
 * by the generator's checker, an answer by equivalence with the right one. Independent of services, plans and stop rules.
 */
export async function recordProblem(
  engine: Engine,
  problem: TestProblem,
  options: RecordOptions,
): Promise<ProblemRecord> {
  const raw = await drawSamples(engine, problem.prompt, options);
  const scoring = engine.openScoring(problem.prompt);
  const cluster = createClusterer(problem.answerKind);
  let verifierTokens = 0;
  try {
    const scored = await Promise.all(
      raw.map(async (sample, index) => {
        const lines = finishedLines(sample);
        const scores: number[] = [];
        try {
          for (const [i, line] of lines.entries()) {
            const verdict = await scoring.score(index, line, sample.end === "stop" && i === lines.length - 1);
            scores.push(verdict.score);
            verifierTokens += verdict.tokens;
          }
        } catch (error) {
          // A chain longer than the process reward model's context: what is beyond it has no score.
          if (ReckonError.from(error).code !== "invalid-argument") throw error;
        }
        scoring.drop(index);
        return { lines, scores };
      }),
    );
    const clusters = new Map<string, number>();
    const samples = raw.map((sample, index): SampleRecord => {
      const answer = extractAnswer(sample.text, problem.answerKind);
      const canonical = answer === undefined ? undefined : cluster.add(answer);
      if (canonical !== undefined && !clusters.has(canonical)) clusters.set(canonical, clusters.size);
      const { lines, scores } = scored[index] ?? { lines: [], scores: [] };
      return {
        ...sample,
        answer,
        cluster: canonical === undefined ? undefined : clusters.get(canonical),
        correct: isRight(answer, problem),
        stepScores: scores,
        stepTokens: sample.stepTokens.slice(0, scores.length),
        stepLabels: checkChain({ steps: problem.steps, answer: problem.gold }, lines).map(
          ({ verdict }) => verdict === "right",
        ),
      };
    });
    const { id, family, band, prompt, gold } = problem;
    return { id, family, band, prompt, gold, samples, verifierTokens };
  } finally {
    scoring.close();
  }
}

async function drawSamples(engine: Engine, prompt: string, options: RecordOptions): Promise<RawSample[]> {
  const generation: Generation = engine.open(prompt, {
    temperature: options.temperature,
    seed: options.seed,
    logprobs: true,
  });
  const samples = Array.from(
    { length: options.samples },
    (): RawSample => ({ text: "", end: "failed", tokens: 0, sumLogprob: 0, stepTokens: [] }),
  );
  for (let index = 0; index < options.samples; index += 1) generation.start(index);
  generation.finish();
  for await (const event of generation.events) {
    const sample = samples[event.sample];
    if (sample === undefined) continue;
    if (event.type === "token-delta") {
      sample.text += event.text;
      sample.tokens += event.tokens;
      for (const char of event.text) if (char === "\n") sample.stepTokens.push(sample.tokens);
      for (const logprob of event.logprobs ?? []) sample.sumLogprob += logprob;
    } else if (event.type === "sample-ended") {
      sample.end = event.reason;
      sample.tokens = event.usage.outputTokens;
      sample.stepTokens.push(sample.tokens);
    }
  }
  return samples;
}

/** The lines of a sample; one that was cut off at a limit loses its unfinished last line. */
function finishedLines(sample: RawSample): string[] {
  const lines = sample.text.split("\n");
  if (sample.end !== "stop" || lines.at(-1) === "") lines.pop();
  return lines;
}
