import { type Backend, costUsd, ReckonError, type SampleUsage, systemClock, type TokenPrices } from "@reckon/core";
import { retry } from "@reckon/resilience";
import { defaultRubric, judgeProblem, parseJudgement } from "./judge-prompt.ts";
import type { Judgement, StepJudge } from "./step-judge.ts";

/** Who judges, and how. */
export interface ModelJudgeOptions {
  readonly backend: Backend;
  /** Model of the backend; its default one where absent. */
  readonly model?: string;
  /** What the grades 0 to 10 mean. */
  readonly rubric?: string;
  /** The most tokens of one judgement. Default 1,024. */
  readonly maxTokens?: number;
  /** For one judgement, its retries included. Default 30,000. */
  readonly timeoutMs?: number;
  readonly prices?: TokenPrices;
}

/** What the judge wrote, and what all attempts at it have cost. */
interface Written {
  text: string;
  readonly usage: { -readonly [key in keyof SampleUsage]: SampleUsage[key] };
}

/**
 * A model that reads a whole sample and grades it from 0 to 10 (Zheng et al., "Judging LLM-as-a-Judge", arXiv 2306.05685:
 * single-answer grading). It abstains from single steps, and from everything where its text does not end with a grade, was
 * cut off, did not come in time or not at all: never a grade that it did not give.
 */
export function createModelJudge(options: ModelJudgeOptions): StepJudge {
  const { rubric = defaultRubric } = options;
  return {
    name: "judge",
    open(problem) {
      const samples = new Map<number, { readonly steps: string[]; readonly dropped: AbortController }>();
      const sampleOf = (index: number) => {
        const sample = samples.get(index) ?? { steps: [], dropped: new AbortController() };
        samples.set(index, sample);
        return sample;
      };
      return {
        step(index, text) {
          sampleOf(index).steps.push(text);
          return abstention("the judge reads whole samples, not single steps", undefined, options);
        },
        answer(index, text) {
          const { steps, dropped } = sampleOf(index);
          return judge(options, () => judgeProblem(problem, steps, text, rubric), dropped.signal);
        },
        drop(index) {
          samples.get(index)?.dropped.abort(new ReckonError("cancelled", `sample ${index} was dropped`));
          samples.delete(index);
        },
        close() {
          for (const { dropped } of samples.values()) {
            dropped.abort(new ReckonError("cancelled", "the scoring was closed"));
          }
          samples.clear();
        },
      };
    },
  };
}

async function judge(
  options: ModelJudgeOptions,
  ask: () => ReturnType<typeof judgeProblem>,
  dropped: AbortSignal,
): Promise<Judgement> {
  const { timeoutMs = 30_000 } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([dropped, timeout]);
  const written: Written = { text: "", usage: { promptTokens: 0, cachedPromptTokens: 0, outputTokens: 0 } };
  try {
    await retry(() => write(options, ask(), signal, written), { clock: systemClock, signal });
    const score = parseJudgement(written.text);
    if (score === undefined) {
      const end = JSON.stringify(written.text.trimEnd().slice(-80));
      return abstention(`the judge ended without a grade: ${end}`, written, options);
    }
    return { verdict: { verifier: "judge", score }, ...spent(written, options) };
  } catch (thrown) {
    const late = `the judge did not answer within ${timeoutMs / 1000} seconds`;
    return abstention(timeout.aborted ? late : ReckonError.from(thrown).message, written, options);
  }
}

/** One attempt; adds what it has cost to `written`, also where it throws. */
async function write(
  { backend, model, maxTokens = 1_024 }: ModelJudgeOptions,
  problem: ReturnType<typeof judgeProblem>,
  signal: AbortSignal,
  written: Written,
): Promise<void> {
  signal.throwIfAborted();
  const generation = await backend.open(problem, { model, temperature: 0, maxTokens });
  const close = () => generation.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    written.text = "";
    if (!signal.aborted) generation.start(0);
    generation.finish();
    for await (const event of generation.events) {
      if (event.type === "token-delta") written.text += event.text;
      if (event.type !== "sample-ended") continue;
      const { usage, reason, failure, retryable, failureCode, retryAfterMs } = event;
      written.usage.promptTokens += usage.promptTokens;
      written.usage.cachedPromptTokens += usage.cachedPromptTokens;
      written.usage.outputTokens += usage.outputTokens;
      if (reason === "stop") return;
      if (reason === "length")
        throw new ReckonError("failed-precondition", `the judge was cut off at ${maxTokens} tokens`);
      throw new ReckonError(failureCode ?? "unavailable", failure ?? `the judge was ${reason}`, {
        retryable,
        retryAfterMs,
      });
    }
    throw new ReckonError("unavailable", "the judge ended without a word");
  } finally {
    signal.removeEventListener("abort", close);
    generation.close();
  }
}

function spent({ usage }: Written, { prices }: ModelJudgeOptions): Pick<Judgement, "tokens" | "costUsd"> {
  const tokens = usage.promptTokens + usage.outputTokens;
  return prices === undefined ? { tokens } : { tokens, costUsd: costUsd(usage, prices) };
}

function abstention(reason: string, written: Written | undefined, options: ModelJudgeOptions): Judgement {
  const cost = written === undefined ? { tokens: 0 } : spent(written, options);
  return { verdict: { verifier: "judge", abstention: reason }, ...cost };
}
