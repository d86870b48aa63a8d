import { type Selection, type StopReason, tally } from "@reckon/core";
import { createPrng } from "@reckon/stats";
import type { ConfidenceOptions } from "../confidence.ts";
import type { StopSetup } from "../default-stop.ts";
import { type RecordedSample, replay } from "../replay.ts";
import type { BetaPrior, ScoredVote } from "../scored-vote.ts";
import { type Scoring, weighVotes } from "../weigh-votes.ts";
import { type CountDecisions, createCountDecisions, isCountBased, stopCodes } from "./count-decisions.ts";
import { createCountGraph } from "./count-graph.ts";
import { createCountReplay, type SampleColumns } from "./replay-counts.ts";

/** A recorded problem to be replayed. */
export interface StudyProblem {
  readonly id: string;
  readonly samples: readonly RecordedSample[];
  /** Whether the candidate of this canonical form is right; `undefined` where that is not known. */
  readonly isRight: (canonical: string) => boolean | undefined;
  /** What was thought of it beforehand. */
  readonly prior: BetaPrior;
}

/** How often and how samples are drawn. */
export interface StudyOptions {
  /** Draws of samples, without replacement, for each problem; >= 1. */
  readonly draws: number;
  /** The same seed gives the same draws to every rule. */
  readonly seed: number;
  readonly selection: Selection;
  readonly scoring?: Scoring | undefined;
  /** Whether rules go by vote counts alone; signs of quality then weigh the votes, but stop nothing (`ReplayOptions.blind`). Default false. */
  readonly blind?: boolean | undefined;
  /** How confidence is computed beside the prior. Default: as for models that nothing is known of. */
  readonly confidence?: Omit<ConfidenceOptions, "prior"> | undefined;
  /** Number of the first problem, where they are a part of more: draws hang on a problem's number. Default 0. */
  readonly firstProblem?: number | undefined;
}

/** What became of one problem under one rule: means over the draws. */
export interface ProblemResult {
  readonly id: string;
  /** Share of draws with the right answer; `undefined` where it is not known which answers are right. */
  readonly accuracy: number | undefined;
  readonly tokens: number;
  /** Tokens on the critical path. */
  readonly latency: number;
  readonly started: number;
  readonly voted: number;
  /** Share of draws that ended so. */
  readonly stops: Readonly<Partial<Record<StopReason, number>>>;
}

/**
 * Replays every setup over the same draws of every problem's samples: without replacement, as many as a setup's cap, or all
 * that there are. Where the rule goes by counts and sees no signs of quality (there are none, or it is blind), through
 * `createCountReplay`; else through `replay`; the decisions are the same. A list of results a setup, in the order of the problems.
 */
export function runStudy(
  problems: readonly StudyProblem[],
  setups: readonly StopSetup[],
  options: StudyOptions,
): ProblemResult[][] {
  const columns = problems.map(columnsOf);
  const most = {
    samples: Math.max(0, ...problems.map((problem) => problem.samples.length)),
    candidates: Math.max(1, ...columns.map((one) => one.candidateCount)),
  };
  return setups.map((setup) => {
    const counted = countedRunner(setup, most, options);
    return problems.map((problem, index) => {
      const table = columns[index] as StudyColumns;
      const isCounted =
        (options.blind === true || (options.selection === "majority" && problem.samples.every(isUnsigned))) &&
        problem.samples.every(({ prunedAt }) => prunedAt === undefined) &&
        (isCountBased(setup) || isBare(setup));
      const run = isCounted ? counted(problem, table) : plainRunner(problem, setup, table, options);
      return runDraws(problem, table, setup, run, { ...options, number: (options.firstProblem ?? 0) + index });
    });
  });
}

/** What a draw came to. */
interface Drawn {
  readonly candidate: number;
  readonly reason: StopReason;
  readonly started: number;
  readonly voted: number;
  readonly tokens: number;
  readonly latency: number;
}

type Runner = (order: Int32Array, count: number) => Drawn;

interface StudyColumns extends SampleColumns {
  readonly canonicals: readonly string[];
}

function columnsOf({ samples }: StudyProblem): StudyColumns {
  const numbers = new Map<string, number>();
  const candidates = Int32Array.from(samples, ({ canonical }) => {
    if (canonical === undefined) return -1;
    const number = numbers.get(canonical) ?? numbers.size;
    numbers.set(canonical, number);
    return number;
  });
  const tokens = Float64Array.from(samples, (sample) => sample.outputTokens);
  return { candidates, tokens, candidateCount: numbers.size, canonicals: [...numbers.keys()] };
}

const isUnsigned = ({ score, logprob, prunedAt }: RecordedSample) =>
  score === undefined && logprob === undefined && prunedAt === undefined;

/** `unanimous` by itself: which blocks agree is cheap to follow. */
const isBare = ({ rule }: StopSetup) => rule.name === "unanimous" && (rule.guard ?? 0) === 0 && rule.inOrder !== true;

/** Runners over counts; problems with the same prior share what they remember. */
function countedRunner(setup: StopSetup, most: { samples: number; candidates: number }, options: StudyOptions) {
  const graph = createCountGraph();
  const replayCounts = createCountReplay(setup, graph, most);
  const known = new Map<string, CountDecisions>();
  const drawn = { candidate: -1, reason: "exhausted" as StopReason, started: 0, voted: 0, tokens: 0, latency: 0 };
  return (problem: StudyProblem, table: StudyColumns): Runner => {
    const { prior } = problem;
    const asksConfidence = setup.rule.name === "confidence" || setup.rule.name === "value";
    const key = asksConfidence ? `${prior.alpha} ${prior.beta}` : "";
    const decisions = known.get(key) ?? createCountDecisions(setup, graph, { ...options.confidence, prior });
    known.set(key, decisions);
    return (order, count) => {
      const { stop, cast, ...rest } = replayCounts(table, order, count, decisions);
      Object.assign(drawn, rest, { reason: stopCodes[stop] });
      if (options.selection !== "majority") {
        const votes = Array.from(cast.subarray(0, rest.voted), (place): ScoredVote => {
          const { canonical = "", score, logprob } = problem.samples[order[place] as number] as RecordedSample;
          return { sample: place, canonical, answer: canonical, weight: 1, score, logprob };
        });
        const leader = tally(weighVotes(votes, options.selection, options.scoring))[0];
        drawn.candidate = candidateOf(table, leader?.canonical);
      }
      return drawn;
    };
  };
}

/** Number of the candidate of a canonical form; -1 for none. */
function candidateOf({ canonicals }: StudyColumns, canonical: string | undefined): number {
  return canonical === undefined ? -1 : canonicals.indexOf(canonical);
}

function plainRunner(problem: StudyProblem, setup: StopSetup, table: StudyColumns, options: StudyOptions): Runner {
  const { selection, scoring, blind } = options;
  const { rule: stopRule, window, samples, schedule } = setup;
  const confidence = { ...options.confidence, prior: problem.prior };
  const settings = { stopRule, window, samples, schedule, selection, scoring, confidence, blind };
  return (order, count) => {
    const drawn = Array.from(order.subarray(0, count), (sample) => problem.samples[sample] as RecordedSample);
    const { canonical, stopReason: reason, started, voted, outputTokens, latencyTokens } = replay(drawn, settings);
    return {
      candidate: candidateOf(table, canonical),
      reason,
      started,
      voted,
      tokens: outputTokens,
      latency: latencyTokens,
    };
  };
}

function runDraws(
  problem: StudyProblem,
  table: StudyColumns,
  setup: StopSetup,
  run: Runner,
  { draws, seed, number }: StudyOptions & { readonly number: number },
): ProblemResult {
  const right = table.canonicals.map((canonical) => problem.isRight(canonical));
  const isJudged = right.every((one) => one !== undefined);
  const size = problem.samples.length;
  const count = Math.min(size, setup.samples);
  const order = new Int32Array(size);
  const stops: Partial<Record<StopReason, number>> = {};
  let correct = 0;
  let tokens = 0;
  let latency = 0;
  let started = 0;
  let voted = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    drawInto(order, count, drawSeed(seed, number, draw));
    const one = run(order, count);
    if (one.candidate >= 0 && right[one.candidate] === true) correct += 1;
    tokens += one.tokens;
    latency += one.latency;
    started += one.started;
    voted += one.voted;
    stops[one.reason] = (stops[one.reason] ?? 0) + 1 / draws;
  }
  return {
    id: problem.id,
    accuracy: isJudged ? correct / draws : undefined,
    ...{ tokens: tokens / draws, latency: latency / draws, started: started / draws, voted: voted / draws, stops },
  };
}

/** Of all numbers below the length the first `count` of a random order; the same whatever `count`. */
function drawInto(order: Int32Array, count: number, seed: number): void {
  const random = createPrng(seed);
  for (let i = 0; i < order.length; i += 1) order[i] = i;
  for (let i = 0; i < count; i += 1) {
    const j = i + random.integer(order.length - i);
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
}

/** A seed of 53 bits for each draw of each problem. */
function drawSeed(seed: number, problem: number, draw: number): number {
  const high = (Math.imul(seed % 2 ** 32, 0x85ebca6b) ^ Math.imul(problem, 0xc2b2ae35)) >>> 11;
  const low = (draw + Math.imul(problem, 0x9e3779b1) + Math.imul(seed % 2 ** 32, 0x27d4eb2f)) >>> 0;
  return high * 2 ** 32 + low;
}
