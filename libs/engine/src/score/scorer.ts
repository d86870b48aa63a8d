import type { CacheShape, Forward, ForwardOutput } from "../forward.ts";
import { appendFresh, capacityFor, copyPositions } from "../sequence-cache.ts";
import type { ScoreCommand, ScoredMessage } from "./protocol.ts";
import { nextRow, roomFor, type ScoredPrompt, type ScoredSample, type ScoreRow } from "./scored-sample.ts";

/** What steps are scored with. */
export interface ScorerOptions {
  readonly shape: CacheShape;
  readonly forward: Forward;
  readonly send: (message: ScoredMessage) => void;
  /** Positions of all samples' caches together; above it some are let go and computed again. Default 32,768. */
  readonly maxCachedTokens?: number;
}

/** Scores steps of many samples of many questions together. */
export interface Scorer {
  /** Takes effect before the next pass. */
  command(command: ScoreCommand): void;
  /** Runs until `shutdown`. */
  run(): Promise<void>;
}

const maxRows = 32;
/** Tokens of one pass, padding included. */
const passTokens = 768;

/**
 * Creates the scheduler of the scoring worker: every pass takes the next chunk of as many waiting samples as fit, whoever
 * asked. A prompt is computed once for all samples of its scoring.
 */
export function createScorer(options: ScorerOptions): Scorer {
  const { shape, forward } = options;
  const maxCachedTokens = options.maxCachedTokens ?? 32_768;
  const prompts = new Map<number, ScoredPrompt>();
  /** Samples with requests, in the order they came. */
  const waiting = new Set<ScoredSample>();
  /** Samples with a cache, the one scored last at the end. */
  const cached = new Set<ScoredSample>();
  let scratch: Float32Array[] = [];
  let inbox: ScoreCommand[] = [];
  let wake: (() => void) | undefined;

  const forget = (sample: ScoredSample): void => {
    waiting.delete(sample);
    cached.delete(sample);
  };

  const obey = (command: Exclude<ScoreCommand, { type: "shutdown" }>): void => {
    if (command.type === "open") {
      prompts.set(command.scoring, { tokens: command.prompt, cache: undefined, samples: new Map() });
      return;
    }
    const prompt = prompts.get(command.scoring);
    if (prompt === undefined) return;
    if (command.type === "close") {
      for (const sample of prompt.samples.values()) forget(sample);
      prompts.delete(command.scoring);
      return;
    }
    let sample = prompt.samples.get(command.sample);
    if (command.type === "drop") {
      if (sample !== undefined) forget(sample);
      prompt.samples.delete(command.sample);
      return;
    }
    if (sample === undefined) {
      sample = { prompt, tokens: prompt.tokens, cache: undefined, requests: [] };
      prompt.samples.set(command.sample, sample);
    }
    sample.requests.push({ id: command.request, step: command.step, tokensRead: 0 });
    waiting.add(sample);
  };

  const pick = (): ScoreRow[] => {
    const rows: ScoreRow[] = [];
    let width = 0;
    for (const sample of waiting) {
      // The other samples of a question wait for its prompt.
      if (sample.prompt.cache === undefined && rows.some((row) => row.owner === sample.prompt)) continue;
      const row = nextRow(shape, sample);
      const next = Math.max(width, row.chunk.length);
      if (rows.length > 0 && next * (rows.length + 1) > passTokens) break;
      rows.push(row);
      width = next;
      if (rows.length === maxRows) break;
    }
    return rows;
  };

  /** Past keys and values of all rows side by side; a single row's own buffers where it is alone. */
  const gather = (rows: readonly ScoreRow[], capacity: number): readonly Float32Array[] => {
    const only = rows.length === 1 ? rows[0]?.owner.cache : undefined;
    if (only !== undefined) return only.buffers;
    const size = shape.heads * capacity * shape.headDim;
    if ((scratch[0]?.length ?? -1) < rows.length * size) {
      scratch = Array.from({ length: 2 * shape.layers }, () => new Float32Array(rows.length * size));
    }
    rows.forEach((row, b) => {
      const cache = row.owner.cache;
      if (cache === undefined) return;
      for (let i = 0; i < scratch.length; i++) {
        const [from, to] = [cache.buffers[i] as Float32Array, scratch[i] as Float32Array];
        copyPositions(shape, cache.length, from, 0, cache.capacity, to, b * size, capacity);
      }
    });
    return scratch;
  };

  const runRows = async (rows: readonly ScoreRow[]): Promise<ForwardOutput & { chunk: number }> => {
    const chunk = rows.reduce((max, row) => Math.max(max, row.chunk.length), 0);
    const longest = rows.reduce((max, row) => Math.max(max, row.owner.cache?.length ?? 0), 0);
    const capacity = rows.length === 1 ? (rows[0]?.owner.cache?.capacity ?? 0) : capacityFor(longest);
    const tokens = new Int32Array(rows.length * chunk);
    for (const [b, row] of rows.entries()) tokens.set(row.chunk, b * chunk);
    const output = await forward({
      batch: rows.length,
      chunk,
      capacity,
      tokens,
      pastLengths: Int32Array.from(rows, (row) => row.owner.cache?.length ?? 0),
      chunkLengths: Int32Array.from(rows, (row) => row.chunk.length),
      past: gather(rows, capacity),
    });
    return { ...output, chunk };
  };

  /** Books a pass: keeps keys and values, answers the scored requests. */
  const settle = (rows: readonly ScoreRow[], output: ForwardOutput & { chunk: number }): void => {
    const done: { id: number; score: number; tokens: number }[] = [];
    const failures = new Map<number, string>();
    rows.forEach((row, b) => {
      const { sample, owner, chunk } = row;
      const request = sample.requests[0];
      if (request !== undefined) request.tokensRead += chunk.length;
      // The last token of a scored chunk is fed again with the next step.
      const kept = row.scores ? chunk.length - 1 : chunk.length;
      appendFresh(shape, roomFor(shape, owner, kept), output.fresh, b, output.chunk, kept);
      if (owner === sample) touch(sample);
      if (!row.scores || request === undefined) return;
      const score = output.head[b] as number;
      sample.requests.shift();
      waiting.delete(sample);
      if (sample.requests.length > 0) waiting.add(sample);
      const tokens = new Int32Array(sample.tokens.length + request.step.length);
      tokens.set(sample.tokens);
      tokens.set(request.step, sample.tokens.length);
      sample.tokens = tokens;
      done.push({ id: request.id, score, tokens: request.tokensRead });
      if (Number.isNaN(score)) {
        failures.set(request.id, "the process reward model gave a score that is not a number");
        // Its values must not spread through masked positions of a later pass: 0 * NaN is NaN.
        letGo(sample);
        scratch = [];
      }
    });
    evict(rows);
    if (done.length > 0) answer(done, failures);
  };

  const answer = (done: { id: number; score: number; tokens: number }[], failures: Map<number, string>): void => {
    options.send({
      type: "scored",
      requests: Int32Array.from(done, (d) => d.id),
      scores: Float64Array.from(done, (d) => d.score),
      tokens: Int32Array.from(done, (d) => d.tokens),
      failures,
    });
  };

  const touch = (sample: ScoredSample): void => {
    cached.delete(sample);
    cached.add(sample);
  };

  const letGo = (sample: ScoredSample): void => {
    sample.cache = undefined;
    cached.delete(sample);
  };

  /**
   * Lets caches go by when they will be needed again, the latest first: those without a request, of which the one that was scored
   * last has the longest to wait, then those at the end of the queue. To let the longest unused go first would, with more samples
   * than fit, always take the one whose turn is next.
   */
  const evict = (rows: readonly ScoreRow[]): void => {
    let total = 0;
    for (const sample of cached) total += sample.cache?.capacity ?? 0;
    if (total <= maxCachedTokens) return;
    // What was begun in this pass is gone on with in the next.
    const begun = new Set(rows.map((row) => row.sample));
    const idle = [...cached].filter((sample) => sample.requests.length === 0);
    const queued = [...waiting].filter((sample) => cached.has(sample) && !begun.has(sample));
    for (const sample of [...idle.reverse(), ...queued.reverse()]) {
      if (total <= maxCachedTokens) return;
      total -= sample.cache?.capacity ?? 0;
      letGo(sample);
    }
  };

  const pass = async (): Promise<void> => {
    const rows = pick();
    try {
      settle(rows, await runRows(rows));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const lost = rows.flatMap((row) => row.sample.requests.splice(0));
      for (const row of rows) forget(row.sample);
      const failures = new Map(lost.map((request) => [request.id, `the model run failed: ${detail}`]));
      answer(
        lost.map((request) => ({ id: request.id, score: Number.NaN, tokens: request.tokensRead })),
        failures,
      );
    }
  };

  return {
    command(command) {
      inbox.push(command);
      wake?.();
    },
    async run() {
      for (;;) {
        const commands = inbox;
        inbox = [];
        for (const command of commands) {
          if (command.type === "shutdown") return;
          obey(command);
        }
        if (waiting.size > 0) await pass();
        else if (inbox.length === 0) {
          scratch = [];
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
      }
    },
  };
}
