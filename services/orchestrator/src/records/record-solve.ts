import { createHash } from "node:crypto";
import {
  type AnswerKind,
  type Difficulty,
  type Outcome,
  type Plan,
  type Problem,
  type ProblemRecord,
  questionOf,
  RECORD_SCHEMA,
  type SampleRecord,
  type SolveEvent,
} from "@reckon/core";
import { classifyDomain } from "@reckon/planning";

/** What is known of a solve before it thinks. */
export interface RecordSolveOptions {
  readonly solveId: string;
  readonly problem: Problem;
  readonly difficulty: Difficulty;
  readonly plan: Plan;
  readonly signs: { readonly score: boolean; readonly logprob: boolean };
  /** Whether the question and what samples say may be kept. */
  readonly withPrompts: boolean;
  readonly startedAt: Date;
  /** Version of Reckon. */
  readonly version: string;
}

/** Makes the record of one solve from its events (docs/records.md). */
export interface SolveRecording {
  event(event: SolveEvent): void;
  complete(outcome: Outcome): ProblemRecord;
}

interface OpenSample {
  text: string;
  readonly stepTokens: number[];
  readonly stepScores: (number | undefined)[];
}

/** A recording that begins. */
export function recordSolve(options: RecordSolveOptions): SolveRecording {
  const { solveId, problem, plan, difficulty, signs, withPrompts } = options;
  const open = new Map<number, OpenSample>();
  const samples: SampleRecord[] = [];
  const planChanges: string[] = [];
  let last = plan;
  let answerKind: AnswerKind | undefined;
  const openSample = (sample: number): OpenSample => {
    const known = open.get(sample) ?? { text: "", stepTokens: [], stepScores: [] };
    open.set(sample, known);
    return known;
  };

  function ended(event: SolveEvent & { type: "sample-ended" }): void {
    const { text, stepTokens, stepScores } = openSample(event.sample);
    open.delete(event.sample);
    const { score, logprob, startedAfter, cutAfter } = event.trace ?? {};
    const steps = Array.from({ length: stepScores.length }, (_, i) => ({
      score: stepScores[i],
      tokens: stepTokens[i],
    }));
    samples.push({
      index: event.sample,
      ...{ answer: event.answer, canonical: event.canonical, tokens: event.usage.outputTokens },
      ...(withPrompts && { text }),
      ...(steps.length > 0 && { steps }),
      score,
      ...((logprob !== undefined || event.meanLogprob !== undefined) && {
        logprob: { sum: logprob, mean: event.meanLogprob },
      }),
      ...{ end: event.reason, voted: event.vote !== undefined, startedAfter, cutAfter, endedAt: samples.length },
    });
  }

  return {
    event(event) {
      if (event.type === "solve-started") answerKind = event.answerKind;
      else if (event.type === "thought-delta") {
        const sample = openSample(event.sample);
        if (withPrompts) sample.text += event.text;
        sample.stepTokens[event.step] = event.outputTokens;
      } else if (event.type === "step-scored") {
        const scores = event.verdicts.flatMap((verdict) => ("score" in verdict ? [verdict.score] : []));
        if (scores.length > 0) openSample(event.sample).stepScores[event.step] = Math.min(...scores);
      } else if (event.type === "sample-ended") ended(event);
      else if (event.type === "plan-changed") {
        planChanges.push(event.detail);
        last = event.plan;
      }
    },
    complete(outcome) {
      const question = questionOf(problem);
      return {
        problemId: solveId,
        ...(withPrompts && { question }),
        questionHash: createHash("sha256").update(question).digest("hex"),
        labels: { domain: classifyDomain(question) },
        answerKind,
        samples: samples.sort((a, b) => (a.index ?? 0) - (b.index ?? 0)),
        solve: {
          ...{ solveId, startedAt: options.startedAt.toISOString(), plan: last, difficulty, signs, planChanges },
          outcome: {
            ...{ answer: outcome.answer, confidence: outcome.confidence, stopReason: outcome.stopReason },
            ...{ samplesStarted: outcome.samplesStarted, samplesVoted: outcome.samplesVoted },
            endedAtStop: outcome.endedAtStop,
            latencyMs: outcome.latencyMs,
            degradations: outcome.degradations,
          },
        },
        versions: { schema: RECORD_SCHEMA, reckon: options.version, model: last.model },
      };
    },
  };
}
