import type { StopSetup } from "../default-stop.ts";
import { UNANIMOUS_SPAN } from "../stopping.ts";
import type { CountDecisions } from "./count-decisions.ts";
import type { CountGraph } from "./count-graph.ts";

/** A problem's samples for `createCountReplay`: columns instead of objects. */
export interface SampleColumns {
  /** Number of each sample's candidate, from 0; -1: no answer. */
  readonly candidates: Int32Array;
  /** Output tokens of each sample. */
  readonly tokens: Float64Array;
  /** How many candidates there are. */
  readonly candidateCount: number;
}

/** How one replay ended; the same object is filled again by the next. */
export interface CountOutcome {
  /** The leading candidate; -1 where nobody voted. */
  candidate: number;
  /** Place of the reason in `stopCodes`. */
  stop: number;
  started: number;
  voted: number;
  tokens: number;
  /** Tokens on the critical path. */
  latency: number;
  /** Places in the order of those that voted, in the order of their votes; `voted` of them. */
  readonly cast: Int32Array;
}

/** Replays one order of a problem's samples; `order` holds the first `count` of them. */
export type CountReplay = (
  columns: SampleColumns,
  order: Int32Array,
  count: number,
  decisions: CountDecisions,
) => CountOutcome;

const EXHAUSTED = 1;

/**
 * The same as `replay` for votes that weigh alike, without an object an event: what is decided comes from remembered
 * decisions, by the number of the vote counts in the graph. For count-based rules and for `unanimous`.
 */
export function createCountReplay(
  setup: StopSetup,
  graph: CountGraph,
  most: { samples: number; candidates: number },
): CountReplay {
  const { rule, schedule } = setup;
  const size = Math.min(setup.samples, most.samples);
  const isNone = rule.name === "none";
  const isUnanimous = rule.name === "unanimous";
  const inOrder = rule.inOrder === true;
  const { span = UNANIMOUS_SPAN } = rule;
  const sample = new Int32Array(size);
  const startedAt = new Float64Array(size);
  const endsAt = new Float64Array(size);
  const votes = new Int32Array(most.candidates);
  const prefixVotes = new Int32Array(most.candidates);
  const firstSample = new Int32Array(most.candidates);
  const ended = new Uint8Array(size);
  const blockVotes = new Int32Array(Math.ceil(size / span));
  const blockAnswer = new Int32Array(Math.ceil(size / span));
  const cast = new Int32Array(size);
  const out: CountOutcome = { candidate: -1, stop: EXHAUSTED, started: 0, voted: 0, tokens: 0, latency: 0, cast };

  return (columns, order, count, decisions) => {
    const { candidates, tokens } = columns;
    const limit = Math.min(size, count);
    votes.fill(0, 0, columns.candidateCount);
    if (inOrder) {
      prefixVotes.fill(0, 0, columns.candidateCount);
      ended.fill(0, 0, limit);
    }
    if (isUnanimous) blockVotes.fill(0);
    let unanimous = false;
    let running = 0;
    let started = 0;
    let voted = 0;
    let now = 0;
    let finished = 0;
    let state = 0;
    let prefix = 0;
    let prefixState = 0;

    const vote = (index: number) => {
      const candidate = candidates[order[index] as number] as number;
      finished += tokens[order[index] as number] as number;
      if (candidate >= 0) {
        const before = votes[candidate] as number;
        if (before === 0 || index < (firstSample[candidate] as number)) firstSample[candidate] = index;
        votes[candidate] = before + 1;
        cast[voted] = index;
        voted += 1;
        if (!isNone && !isUnanimous) state = graph.after(state, before);
        if (isUnanimous) {
          const block = Math.floor(index / span);
          const seen = blockVotes[block] as number;
          if (seen === 0) blockAnswer[block] = candidate;
          else if (blockAnswer[block] !== candidate) blockAnswer[block] = -1;
          blockVotes[block] = seen + 1;
          if (seen + 1 === span && blockAnswer[block] === candidate) unanimous = true;
        }
      }
      if (!inOrder || isNone) return;
      ended[index] = 1;
      while (prefix < started && ended[prefix] === 1) {
        const counted = candidates[order[prefix] as number] as number;
        if (counted >= 0) {
          prefixState = graph.after(prefixState, prefixVotes[counted] as number);
          prefixVotes[counted] = (prefixVotes[counted] as number) + 1;
        }
        prefix += 1;
      }
    };

    for (;;) {
      const open = running + limit - started;
      let stop = -1;
      if (isUnanimous && unanimous && voted >= rule.minVotes) stop = 0;
      else if (isUnanimous || isNone) stop = open === 0 ? EXHAUSTED : -1;
      else stop = decisions.stop(inOrder ? prefixState : state, running, open);
      if (stop >= 0) {
        out.stop = stop;
        break;
      }
      let target = Math.min(setup.window, open);
      if (schedule === "doubling") target = running > 0 ? 0 : Math.min(open, Math.max(2, started));
      else if (schedule === "batch") target = running > 0 ? 0 : target;
      else if (schedule === "ramp" && !isNone && !isUnanimous && target > 1) target = decisions.target(state, open);
      for (; running < target; started += 1) {
        sample[running] = started;
        startedAt[running] = now;
        endsAt[running] = now + (tokens[order[started] as number] as number);
        running += 1;
      }
      let next = 0;
      for (let i = 1; i < running; i += 1) if ((endsAt[i] as number) < (endsAt[next] as number)) next = i;
      now = endsAt[next] as number;
      const index = sample[next] as number;
      running -= 1;
      for (let i = next; i < running; i += 1) {
        sample[i] = sample[i + 1] as number;
        startedAt[i] = startedAt[i + 1] as number;
        endsAt[i] = endsAt[i + 1] as number;
      }
      vote(index);
    }
    let cancelled = 0;
    for (let i = 0; i < running; i += 1) {
      if ((endsAt[i] as number) <= now) vote(sample[i] as number);
      else cancelled += now - (startedAt[i] as number);
    }
    let leader = -1;
    for (let c = 0; c < columns.candidateCount; c += 1) {
      const mine = votes[c] as number;
      if (mine === 0) continue;
      const best = leader < 0 ? 0 : (votes[leader] as number);
      if (mine > best || (mine === best && (firstSample[c] as number) < (firstSample[leader] as number))) leader = c;
    }
    out.candidate = leader;
    out.started = started;
    out.voted = voted;
    out.tokens = finished + cancelled;
    out.latency = now;
    return out;
  };
}
