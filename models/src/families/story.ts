import { type Chain, createChain } from "../chain.ts";
import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { drawDistractor } from "../surface.ts";

/** A word problem under construction: sentences, their canonical trace, and the chain that solves them. */
export type Story = {
  readonly rng: Rng;
  readonly chain: Chain;
  /** Adds a sentence; `trace` is its canonical content (operation and numbers). */
  readonly tell: (sentence: string, trace: string) => void;
  /** Finishes the story, inserting `distractors` irrelevant sentences after the first one. */
  readonly ask: (question: string, answer: number, distractors: number) => Draft;
};

/** Starts an empty {@link Story} of the given template name. */
export function createStory(rng: Rng, template: string): Story {
  const chain = createChain();
  const sentences: string[] = [];
  const traces: string[] = [template];
  return {
    rng,
    chain,
    tell(sentence, trace) {
      sentences.push(sentence);
      traces.push(trace);
    },
    ask(question, answer, distractors) {
      for (let index = 0; index < distractors; index += 1) {
        sentences.splice(rng.int(1, sentences.length), 0, drawDistractor(rng, 60));
      }
      return {
        structure: traces.join(";"),
        prompt: [...sentences, question].join(" "),
        steps: chain.lines,
        answer: String(answer),
        answerKind: "number",
      };
    },
  };
}
