import { AsyncQueue, invalidArgument, ReckonError, type Scoring, type ScoringEvent } from "@reckon/core";
import type { Judgement, JudgeScoring } from "./step-judge.ts";

/** Samples that one call may have open at a time; a solve has 256 at most. */
const maxOpenSamples = 4_096;

/** Where a sample's scoring stands. */
interface OpenSample {
  nextStep: number;
  complete: boolean;
  /** Settles when everything sent so far has been judged. */
  done: Promise<unknown>;
}

function assertInOrder(sample: number, step: number, state: OpenSample): void {
  const late = `sample ${sample}: step ${step} came after its last step, ${state.nextStep - 1}`;
  const gap = `sample ${sample}: step ${step} came where step ${state.nextStep} is next`;
  if (state.complete) throw invalidArgument([{ field: "step.step", description: late }]);
  if (step !== state.nextStep) throw invalidArgument([{ field: "step.step", description: gap }]);
}

/**
 * Scores the samples of one problem with several judges at once. A step out of order, or after a sample's last one, throws
 * `invalid-argument` naming both; more than 4,096 samples that were not dropped, `resource-exhausted`. What was under way for
 * a sample when it was dropped is answered without verdicts, for its tokens alone; what comes after that is not answered.
 */
export function createScoring(judges: readonly JudgeScoring[]): Scoring {
  const samples = new Map<number, OpenSample>();
  const dropped = new Set<number>();
  let waiting = 0;
  let finished = false;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    samples.clear();
    for (const judge of judges) judge.close();
    events.end();
  };
  const events = new AsyncQueue<ScoringEvent>(close);

  const sampleOf = (index: number): OpenSample => {
    const known = samples.get(index);
    if (known !== undefined) return known;
    if (samples.size >= maxOpenSamples) {
      throw new ReckonError("resource-exhausted", `${samples.size} samples are open, the limit; drop some`);
    }
    const sample = { nextStep: 0, complete: false, done: Promise.resolve() };
    samples.set(index, sample);
    return sample;
  };
  const publish = (
    index: number,
    judging: Promise<Judgement[]>,
    event: (said: Said) => ScoringEvent,
  ): Promise<void> => {
    waiting += 1;
    const settle = () => {
      waiting -= 1;
      if (finished && waiting === 0) close();
    };
    const say = (judgements: readonly Judgement[]) => {
      if (closed) return;
      const verdicts = dropped.has(index) ? [] : judgements.map((judgement) => judgement.verdict);
      const costs = judgements.flatMap(({ costUsd }) => costUsd ?? []);
      const costUsd = costs.length > 0 ? costs.reduce((sum, cost) => sum + cost) : undefined;
      const verifierTokens = judgements.reduce((sum, { tokens }) => sum + tokens, 0);
      events.push(event({ verdicts, verifierTokens, ...(costUsd === undefined ? {} : { costUsd }) }));
    };
    return judging.then(say, (error: unknown) => events.fail(ReckonError.from(error))).then(settle);
  };
  return {
    events,
    step(index, step, text, last) {
      if (closed || dropped.has(index)) return;
      const sample = sampleOf(index);
      assertInOrder(index, step, sample);
      sample.nextStep += 1;
      sample.complete = last;
      const judging = Promise.all(judges.map(async (judge) => judge.step(index, text, last)));
      const said = publish(index, judging, (verdicts) => ({ type: "step-verdicts", sample: index, step, ...verdicts }));
      sample.done = Promise.all([sample.done, said]);
    },
    answer(index, text) {
      if (closed || dropped.has(index)) return;
      const sample = sampleOf(index);
      const judging = sample.done.then(() =>
        dropped.has(index) ? [] : Promise.all(judges.map(async (judge) => judge.answer(index, text))),
      );
      const said = publish(index, judging, (verdicts) => ({ type: "answer-verdicts", sample: index, ...verdicts }));
      sample.done = Promise.all([sample.done, said]);
    },
    drop(index) {
      if (closed || dropped.has(index)) return;
      dropped.add(index);
      samples.delete(index);
      for (const judge of judges) judge.drop(index);
    },
    finish() {
      finished = true;
      if (waiting === 0) close();
    },
    close,
  };
}

type Said = Pick<ScoringEvent, "verdicts" | "verifierTokens" | "costUsd">;
