import { createClusterer, extractAnswer } from "@reckon/answers";
import { type Backend, type GenerateOptions, problemFromPrompt } from "@reckon/core";
import { forEachParallel } from "../for-each-parallel.ts";
import { isRight, solveSeed, type TestProblem } from "../problems.ts";

/** One problem, answered over one backend. */
export interface DirectRun {
  /** Text of the greedy sample. */
  readonly greedyText: string;
  readonly greedyRight: boolean;
  /** Of the samples that were drawn. */
  readonly voteRight: boolean;
  readonly outputTokens: number;
  readonly failures: number;
}

/** How to answer. */
export interface DirectRunOptions {
  readonly samples: number;
  readonly seed: number;
  readonly parallel: number;
}

interface Drawn {
  readonly texts: readonly string[];
  readonly outputTokens: number;
  readonly failures: number;
}

/** Answers every problem twice over one backend: by one greedy sample, and by the vote of several. */
export function runDirect(
  backend: Backend,
  problems: readonly TestProblem[],
  { samples, seed, parallel }: DirectRunOptions,
): Promise<DirectRun[]> {
  return forEachParallel(problems, parallel, async (problem, index) => {
    const greedy = await draw(backend, problem, 1, { temperature: 0 });
    const drawn = await draw(backend, problem, samples, { temperature: 1, seed: solveSeed(seed, index) });
    const [greedyText = ""] = greedy.texts;
    return {
      greedyText,
      greedyRight: isRight(extractAnswer(greedyText, problem.answerKind), problem),
      voteRight: isRight(mostVoted(drawn.texts, problem), problem),
      outputTokens: greedy.outputTokens + drawn.outputTokens,
      failures: greedy.failures + drawn.failures,
    };
  });
}

async function draw(
  backend: Backend,
  { prompt }: TestProblem,
  samples: number,
  options: GenerateOptions,
): Promise<Drawn> {
  const generation = await backend.open(problemFromPrompt(prompt), options);
  for (let i = 0; i < samples; i += 1) generation.start(i);
  generation.finish();
  const texts = new Array<string>(samples).fill("");
  let outputTokens = 0;
  let failures = 0;
  for await (const event of generation.events) {
    if (event.type === "token-delta") texts[event.sample] += event.text;
    if (event.type !== "sample-ended") continue;
    outputTokens += event.usage.outputTokens;
    if (event.reason === "failed") failures += 1;
  }
  return { texts, outputTokens, failures };
}

/** The answer that most samples have; of equals the one that came first. */
function mostVoted(texts: readonly string[], { answerKind }: TestProblem): string | undefined {
  const clusterer = createClusterer(answerKind);
  const votes = new Map<string, { answer: string; count: number }>();
  for (const text of texts) {
    const answer = extractAnswer(text, answerKind);
    const canonical = answer === undefined ? undefined : clusterer.add(answer);
    if (answer === undefined || canonical === undefined) continue;
    const vote = votes.get(canonical) ?? { answer, count: 0 };
    votes.set(canonical, { ...vote, count: vote.count + 1 });
  }
  return [...votes.values()].reduce<{ answer: string; count: number } | undefined>(
    (best, vote) => (best === undefined || vote.count > best.count ? vote : best),
    undefined,
  )?.answer;
}
