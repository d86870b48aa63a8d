import { extractAnswer } from "@reckon/answers";
import type { AnswerKind, GenerationEvent, Message, Plan, Problem, SampleEnd, SolveEvent } from "@reckon/core";
import { type ModelProfile, weightOfSigns } from "@reckon/planning";
import type { Ballot } from "../ballot.ts";
import type { LedgerKeeper } from "../ledger-keeper.ts";
import { type SampleResult, sampleEndedEvent } from "../sample-book.ts";
import { chainLogprob } from "../sample-record.ts";
import { isAnswerLine } from "../step-tracker.ts";
import type { Verification } from "../verification.ts";
import { createPath, type Path, type PathState, rootState, statesAnswer, stepsOf } from "./path.ts";
import type { SegmentEnd, Segments } from "./segments.ts";
import type { Questions } from "./verifier-questions.ts";

/** Empty lines in a row that end a chain. */
const MOST_BLANKS = 2;

/** What the desk works with; what may change in the course of a search is asked for. */
export interface PathDeskParts {
  readonly problem: Problem;
  readonly answerKind: AnswerKind;
  readonly profile: ModelProfile;
  readonly segments: Segments;
  readonly questions: Questions;
  readonly verification: Verification;
  readonly ledger: LedgerKeeper;
  readonly ballot: Ballot;
  readonly plan: () => Plan;
  readonly isThinking: () => boolean;
  /** Throws where thinking has ended. */
  readonly assertThinking: () => void;
  readonly emit: (event: SolveEvent) => void;
  /** A vote was cast: time to decide anew. */
  readonly voted: () => void;
  /** The ledger had no room for a continuation. */
  readonly dry: () => void;
}

/** The paths of one search, from their start to their vote. */
export interface PathDesk {
  readonly book: {
    readonly started: number;
    readonly ends: Readonly<Record<SampleEnd, number>>;
    readonly stepsOfVoters: readonly number[];
  };
  /** Why the last path that failed did. */
  readonly failure: string | undefined;
  /** All of them, in the order of their start. */
  readonly paths: readonly Path[];
  /** Paths that have not ended. */
  live(): Path[];
  get(sample: number): Path | undefined;
  begin(from?: PathState, messages?: readonly Message[]): Path;
  stateOf(path: Path): PathState;
  /** Generates a step (`one`), or all that is missing. */
  extend(path: Path, one: boolean, temperature: number): Promise<void>;
  score(path: Path): Promise<number | undefined>;
  vote(path: Path): Promise<void>;
  /** Casts the vote of a complete path by the scores there are; of any other path it does nothing. */
  voteAtOnce(path: Path): void;
  end(path: Path, reason: SampleEnd, result?: Omit<SampleResult, "verdicts"> & { failure?: string }): void;
  onDelta(path: Path, event: GenerationEvent & { type: "token-delta" }): void;
}

/** Creates the desk of one search. */
export function createPathDesk(parts: PathDeskParts): PathDesk {
  const { ledger, ballot, segments, questions, verification, emit } = parts;
  const paths: Path[] = [];
  /** Paths that answer other messages than the problem's own. */
  const revised = new Map<Path, Problem>();
  const ends = { stop: 0, length: 0, cancelled: 0, pruned: 0, failed: 0 };
  const stepsOfVoters: number[] = [];
  let failure: string | undefined;

  const reasoning = (path: Path) => stepsOf(path.text).filter((step) => !isAnswerLine(step)).length;

  function tell(path: Path, text: string): void {
    if (text === "") return;
    emit({
      ...{ type: "thought-delta", sample: path.sample, step: path.tracker.steps.length, text },
      outputTokens: path.outputTokens,
    });
  }

  function end(
    path: Path,
    reason: SampleEnd,
    { failure: why, ...result }: Omit<SampleResult, "verdicts"> & { failure?: string } = {},
  ): void {
    if (path.end !== undefined) return;
    path.tracker.end();
    path.end = { reason, usage: path.usage, failure: why };
    // Its parts ended by themselves; what came of them is known only now.
    if (reason !== "stop" && reason !== "length") ledger.rebook("stop", reason, path.answerTokens);
    ends[reason] += 1;
    if (reason === "failed") failure = why ?? "a sample failed without saying why";
    const { judge } = verification;
    emit(sampleEndedEvent(path, { ...result, verdicts: judge?.verdictsOf(path.sample) ?? [] }));
    judge?.drop(path.sample);
  }

  /** What a step that has ended means for its path. */
  function onStep(path: Path, { outputTokens }: SegmentEnd, text: string): void {
    path.blanks = text.trim() === "" ? path.blanks + 1 : 0;
    const silent = path.blanks > 0 && (outputTokens === 0 || path.blanks > MOST_BLANKS);
    path.isComplete = silent || statesAnswer(path.text);
  }

  function castVote(path: Path): void {
    const { minSteps } = parts.plan();
    const answer = extractAnswer(path.text, parts.answerKind);
    if (answer === undefined || reasoning(path) < (minSteps <= 1 ? 0 : minSteps)) {
      end(path, "stop", { answer });
      return;
    }
    const signs = { score: verification.judge?.scoreOf(path.sample), logprob: chainLogprob(path) };
    const isCopy = path.inherited === path.text;
    const vote = ballot.add(path.sample, answer, signs, isCopy);
    stepsOfVoters.push(reasoning(path));
    end(path, "stop", { answer, canonical: vote.canonical, vote: vote.weight });
  }

  const desk: PathDesk = {
    book: {
      get started() {
        return paths.length;
      },
      ends,
      stepsOfVoters,
    },
    get failure() {
      return failure;
    },
    paths,
    live: () => paths.filter((path) => path.end === undefined),
    get: (sample) => paths[sample],
    begin(from = rootState, messages) {
      const path = createPath(paths.length, from);
      paths.push(path);
      if (messages !== undefined)
        revised.set(path, { ...parts.problem, messages: [...parts.problem.messages, ...messages] });
      emit({ type: "sample-started", sample: path.sample });
      // Whoever reads along sees what it has in common with the path it was forked from, at no tokens of its own.
      if (from.text !== "")
        emit({ type: "thought-delta", sample: path.sample, step: 0, text: from.text, outputTokens: 0 });
      if (from.scoredAs !== undefined && from.isComplete) {
        const steps = stepsOf(from.text).length;
        verification.judge?.inherit(path.sample, from.scoredAs, steps);
        path.asked = steps;
      }
      return path;
    },
    stateOf(path) {
      const isScored = path.asked > 0 && path.asked === stepsOf(path.text).length;
      const { text, isComplete, logprobCount } = path;
      const known = logprobCount >= 0 && (path.inherited === path.text || chainLogprob(path) !== undefined);
      return {
        ...{ text, isComplete, logprobCount },
        logprob: known ? path.logprobSum : undefined,
        scoredAs: isScored ? path.sample : undefined,
      };
    },
    async extend(path, one, temperature) {
      if (path.end !== undefined || path.isComplete) return;
      const { maxSampleTokens, maxSteps } = parts.plan();
      const maxTokens = maxSampleTokens - path.outputTokens;
      if (maxTokens < 1) return end(path, "length");
      const atLineStart = path.text === "" || path.text.endsWith("\n");
      if (one && !atLineStart && !path.isMidStep) {
        path.text += "\n";
        tell(path, "\n");
        path.tracker.feed("\n");
      }
      const before = path.text.length;
      const problem = revised.get(path);
      const own = problem && { name: String(path.sample), problem };
      const ended = await segments.run(path, { one, own, temperature, maxTokens });
      parts.assertThinking();
      if (ended.reason === "failed") return end(path, "failed", { failure: ended.failure ?? "" });
      if (ended.reason === "dry") return parts.dry();
      path.isMidStep = ended.reason === "length";
      if (ended.reason === "stop") {
        if (one) onStep(path, ended, path.text.slice(before));
        else path.isComplete = true;
      }
      const isLong = path.outputTokens >= maxSampleTokens || path.cancelling === "length";
      if ((isLong && !path.isComplete) || reasoning(path) > maxSteps) end(path, "length");
    },
    async score(path) {
      if (path.end !== undefined) return undefined;
      await questions.steps(path);
      parts.assertThinking();
      const score = verification.judge?.scoreOf(path.sample);
      return score === undefined ? undefined : weightOfSigns(score, chainLogprob(path), parts.profile.scoring);
    },
    async vote(path) {
      if (path.end !== undefined) return;
      if (!path.isComplete) return end(path, "length");
      await desk.score(path);
      const answer = extractAnswer(path.text, parts.answerKind);
      if (answer !== undefined && parts.plan().verificationRounds >= 2) await questions.answer(path, answer);
      parts.assertThinking();
      castVote(path);
      parts.voted();
      parts.assertThinking();
    },
    voteAtOnce(path) {
      if (path.end === undefined && path.isComplete) castVote(path);
    },
    end,
    onDelta(path, { text, tokens, logprobs }) {
      path.outputTokens += tokens;
      for (const logprob of logprobs ?? []) path.logprobSum += logprob;
      path.logprobCount += logprobs?.length ?? 0;
      tell(path, text);
      path.text += text;
      path.tracker.feed(text);
      if (!parts.isThinking() || path.cancelling || reasoning(path) <= parts.plan().maxSteps + 1) return;
      path.cancelling = "length";
      segments.cancel(path);
    },
  };
  return desk;
}
