import type { CacheShape } from "../forward.ts";
import { cloneSequence, createSequenceCache, type SequenceCache } from "../sequence-cache.ts";
import type { LiveSample } from "./live-sample.ts";

/** The computed beginning of one or more samples: their prompt, or prompt and prefix. */
export interface Trunk {
  readonly tokens: Int32Array;
  /** Tokens that samples of the same prompt share. */
  readonly promptLength: number;
  cache: SequenceCache;
  /** Row of logits after the last token; `undefined` until all is computed. */
  logits: Float32Array | undefined;
  /** Samples that begin when it is ready. */
  readonly waiters: LiveSample[];
  /** The trunk for whose sake this one is computed. */
  child: Trunk | undefined;
  /** True while another lane computes it. */
  remote: boolean;
}

/** Fewer common tokens are computed again: prompts without a past go through one pass together. */
const minShared = 16;

/**
 * Trunks by their tokens, least recently used first, up to a number of tokens. A new trunk starts from the longest common
 * beginning with any finished one, so a prompt is computed once and a prefix only from where it differs.
 */
export class TrunkCache {
  readonly #shape: CacheShape;
  readonly #maxTokens: number;
  #finished: Trunk[] = [];

  constructor(shape: CacheShape, maxTokens: number) {
    this.#shape = shape;
    this.#maxTokens = maxTokens;
  }

  /** The finished trunk of exactly these tokens. */
  find(tokens: Int32Array): Trunk | undefined {
    const at = this.#finished.findIndex((trunk) => equal(trunk.tokens, tokens));
    const trunk = this.#finished[at];
    if (trunk === undefined) return undefined;
    this.#finished.splice(at, 1);
    this.#finished.push(trunk);
    return trunk;
  }

  /** How many leading tokens need not be computed. The last one always is, unless the trunk is there: its logits are needed. */
  sharedLength(tokens: Int32Array): number {
    return this.#longest(tokens).length;
  }

  /** An unfinished trunk, with what can be shared already in its cache. */
  begin(tokens: Int32Array, promptLength: number): Trunk {
    const { source, length } = this.#longest(tokens);
    const cache =
      source === undefined
        ? createSequenceCache(this.#shape, tokens.length)
        : cloneSequence(this.#shape, source.cache, length, tokens.length);
    return { tokens, promptLength, cache, logits: undefined, waiters: [], child: undefined, remote: false };
  }

  /** Keeps a finished trunk for later samples, and lets go of the oldest ones above the limit. */
  keep(trunk: Trunk): void {
    this.#finished.push(trunk);
    let total = this.#finished.reduce((sum, t) => sum + t.tokens.length, 0);
    while (total > this.#maxTokens && this.#finished.length > 1) {
      total -= this.#finished.shift()?.tokens.length ?? 0;
    }
  }

  delete(trunk: Trunk): void {
    this.#finished = this.#finished.filter((t) => t !== trunk);
  }

  clear(): void {
    this.#finished = [];
  }

  #longest(tokens: Int32Array): { source: Trunk | undefined; length: number } {
    let source: Trunk | undefined;
    let length = 0;
    for (const trunk of this.#finished) {
      const common = commonLength(trunk.tokens, tokens, tokens.length - 1);
      // A few common words are not worth a pass of their own; a whole trunk is.
      if (common > length && (common >= minShared || common === trunk.tokens.length)) {
        [source, length] = [trunk, common];
      }
    }
    return { source, length };
  }
}

/** Whether two token lists are the same. */
export function equal(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && commonLength(a, b, a.length) === a.length;
}

function commonLength(a: Int32Array, b: Int32Array, limit: number): number {
  const end = Math.min(a.length, b.length, limit);
  let n = 0;
  while (n < end && a[n] === b[n]) n += 1;
  return n;
}
