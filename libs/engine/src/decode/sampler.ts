import { fastExp } from "./fast-exp.ts";
import type { SampleSettings } from "./protocol.ts";
import type { Random } from "./random.ts";

/** Draws tokens from rows of logits without allocating; the fields tell about the last draw. */
export interface Sampler {
  /**
   * Draws a token from `logits[offset .. offset + V]`, or returns -1 where the row is not finite. Temperature comes first,
   * then top-k, then top-p over what is left (as vLLM does). Greedy takes the lowest id among equals.
   */
  draw(logits: Float32Array, offset: number, settings: SampleSettings, random: Random): number;
  /** Natural log-probability of the drawn token at temperature 1 over all tokens that may be drawn, where asked for. */
  readonly logprob: number;
  /** Its likeliest `topLogprobs` tokens, best first, -1 where there are fewer. */
  readonly topIds: Int32Array;
  readonly topValues: Float32Array;
}

/** exp(-40) is 4e-18: adding it to a sum of at least 1 changes nothing in double precision. */
const negligible = -40;

/** Creates a sampler for rows of `vocabSize` logits; `blocked` ids are never drawn and have no probability. */
export function createSampler(vocabSize: number, blocked: readonly number[]): Sampler {
  const weights = new Float64Array(vocabSize);
  const heap = new Int32Array(vocabSize);
  const topIds = new Int32Array(20);
  const topValues = new Float32Array(20);
  let logprob = 0;

  /** Fills `weights` with exp((x - max) / temperature) and returns their sum. */
  const weigh = (row: Float32Array, offset: number, max: number, temperature: number): number => {
    const floor = max + negligible * temperature;
    const inverse = 1 / temperature;
    let sum = 0;
    for (let i = 0; i < vocabSize; i++) {
      const x = row[offset + i] as number;
      const weight = x > floor ? fastExp((x - max) * inverse) : 0;
      weights[i] = weight;
      sum += weight;
    }
    return sum;
  };

  const pick = (mass: number, random: Random, ids: Int32Array | undefined, count: number): number => {
    let rest = random() * mass;
    let last = -1;
    for (let i = 0; i < count; i++) {
      const id = ids === undefined ? i : (ids[i] as number);
      const weight = weights[id] as number;
      if (weight === 0) continue;
      last = id;
      rest -= weight;
      if (rest < 0) return id;
    }
    return last;
  };

  const heavier = (a: number, b: number): boolean => {
    const difference = (weights[a] as number) - (weights[b] as number);
    return difference > 0 || (difference === 0 && a < b);
  };

  const sift = (start: number, size: number): void => {
    const id = heap[start] as number;
    let hole = start;
    for (let child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && heavier(heap[child + 1] as number, heap[child] as number)) child += 1;
      if (!heavier(heap[child] as number, id)) break;
      heap[hole] = heap[child] as number;
      hole = child;
    }
    heap[hole] = id;
  };

  /** Draws among the heaviest ids only; popped ids gather at the end of `heap`, heaviest last. */
  const pickTruncated = (sum: number, topK: number, topP: number, random: Random): number => {
    let size = 0;
    for (let i = 0; i < vocabSize; i++) if (weights[i] !== 0) heap[size++] = i;
    const full = size;
    for (let i = (size >> 1) - 1; i >= 0; i--) sift(i, size);
    const pop = (): number => {
      const id = heap[0] as number;
      size -= 1;
      heap[0] = heap[size] as number;
      sift(0, size);
      heap[size] = id;
      return weights[id] as number;
    };
    let mass = 0;
    if (topK > 0 && topK < full) {
      while (full - size < topK) mass += pop();
    } else {
      while (size > 0 && mass < sum * topP) mass += pop();
    }
    let kept = full - size;
    if (topK > 0 && topK < full && topP < 1) {
      const limit = mass * topP;
      let nucleus = 0;
      kept = 0;
      while (nucleus < limit && kept < full - size) nucleus += weights[heap[full - 1 - kept++] as number] as number;
      mass = nucleus;
    }
    return pick(mass, random, heap.subarray(full - kept, full), kept);
  };

  const rank = (row: Float32Array, offset: number, count: number, logNormalizer: number): void => {
    topIds.fill(-1);
    topValues.fill(Number.NEGATIVE_INFINITY);
    if (count === 0) return;
    for (let i = 0; i < vocabSize; i++) {
      const x = row[offset + i] as number;
      if (!(x > (topValues[count - 1] as number))) continue;
      let place = count - 1;
      for (; place > 0 && x > (topValues[place - 1] as number); place--) {
        topValues[place] = topValues[place - 1] as number;
        topIds[place] = topIds[place - 1] as number;
      }
      topValues[place] = x;
      topIds[place] = i;
    }
    for (let i = 0; i < count; i++) topValues[i] = (topValues[i] as number) - logNormalizer;
  };

  return {
    get logprob() {
      return logprob;
    },
    topIds,
    topValues,
    draw(row, offset, settings, random) {
      for (const id of blocked) row[offset + id] = Number.NEGATIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      let best = -1;
      // Not a number as soon as one value is not.
      let total = 0;
      for (let i = 0; i < vocabSize; i++) {
        const x = row[offset + i] as number;
        total += x;
        if (x > max) {
          max = x;
          best = i;
        }
      }
      if (Number.isNaN(total) || !Number.isFinite(max)) return -1;
      const { temperature, topK, topP } = settings;
      const greedy = temperature < 1e-4;
      let sum = 0;
      let token = best;
      if (!greedy) {
        sum = weigh(row, offset, max, temperature);
        token =
          topK === 0 && topP === 1 ? pick(sum, random, undefined, vocabSize) : pickTruncated(sum, topK, topP, random);
      }
      if (settings.logprobs) {
        if (temperature !== 1) sum = weigh(row, offset, max, 1);
        const logNormalizer = max + Math.log(sum);
        logprob = (row[offset + token] as number) - logNormalizer;
        rank(row, offset, settings.topLogprobs, logNormalizer);
      }
      return token;
    },
  };
}
