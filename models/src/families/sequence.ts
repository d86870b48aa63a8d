import { type Chain, createChain } from "../chain.ts";
import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";

const NEXT = [
  "What is the next number in the sequence {s}?",
  "What comes next: {s}?",
  "Find the next term: {s}, ...",
  "{s}, ... What is the next number?",
  "Continue the sequence: {s}, ?",
];

function finish(
  rule: string,
  terms: readonly number[],
  prompt: string,
  chain: Chain,
  answer: string,
): Draft | undefined {
  if (terms.some((term) => Math.abs(term) > 5000)) return undefined;
  return {
    structure: `sequence:${rule}:${terms.join(",")}`,
    prompt,
    steps: chain.lines,
    answer,
    answerKind: "number",
  };
}

function arithmeticNext(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const step = rng.int(2, level <= 2 ? 12 : 60) * (level >= 2 && rng.chance(0.35) ? -1 : 1);
  const start = rng.int(1, level <= 2 ? 40 : 300);
  const terms = Array.from({ length: rng.int(4, 5) }, (_, index) => start + index * step);
  chain.subtract(terms[1] as number, terms[0] as number);
  chain.subtract(terms[2] as number, terms[1] as number);
  const next = chain.add(terms.at(-1) as number, step);
  return finish("next", terms, rng.pick(NEXT).replace("{s}", terms.join(", ")), chain, String(next));
}

function geometricNext(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const ratio = rng.int(2, level <= 3 ? 4 : 9);
  const start = rng.int(1, level <= 3 ? 9 : 30);
  const terms = Array.from({ length: 4 }, (_, index) => start * ratio ** index);
  if (terms.some((term) => term > 2000)) return undefined;
  chain.divide(terms[1] as number, terms[0] as number);
  chain.divide(terms[2] as number, terms[1] as number);
  const next = chain.multiply(terms[3] as number, ratio);
  return finish("next", terms, rng.pick(NEXT).replace("{s}", terms.join(", ")), chain, String(next));
}

/** Constant second difference: differences, their difference, the next difference, the next term(s). */
function secondDifferences(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const count = level >= 8 ? 5 : 4;
  const large = level >= 9 ? 2 ** ((level - 8) / 2) : 1;
  const second = rng.int(1, level <= 6 ? 9 : 25 * large) * (rng.chance(0.25) ? -1 : 1);
  const first = rng.int(1, level <= 6 ? 15 : 40 * large);
  const terms = [rng.int(1, level <= 6 ? 30 : 120 * large)];
  for (let index = 0; index < count - 1; index += 1) terms.push((terms[index] as number) + first + index * second);
  const differences: number[] = [];
  for (let index = 1; index < count; index += 1) {
    differences.push(chain.subtract(terms[index] as number, terms[index - 1] as number));
  }
  for (let index = 1; index < differences.length; index += 1) {
    chain.subtract(differences[index] as number, differences[index - 1] as number);
  }
  const step = chain.add(differences.at(-1) as number, second);
  let next = chain.add(terms.at(-1) as number, step);
  if (level >= 7 && rng.chance(0.6)) {
    next = chain.add(next, chain.add(step, second));
    const prompt = rng.pick([
      "What is the number after the next in the sequence {s}?",
      "Find the second number after {s}, ...",
    ]);
    return finish("second", terms, prompt.replace("{s}", terms.join(", ")), chain, String(next));
  }
  return finish("next", terms, rng.pick(NEXT).replace("{s}", terms.join(", ")), chain, String(next));
}

function nthTerm(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const large = level >= 9 ? 2 ** ((level - 8) / 2) : 1;
  const step = rng.int(2, level <= 5 ? 15 : 40 * large) * (rng.chance(0.25) ? -1 : 1);
  const start = rng.int(1, level <= 5 ? 40 : 150 * large);
  const n = rng.int(6, level <= 5 ? 40 : 90);
  const terms = [0, 1, 2, 3].slice(0, rng.int(3, 4)).map((index) => start + index * step);
  chain.subtract(terms[1] as number, terms[0] as number);
  const last = chain.add(start, chain.multiply(chain.subtract(n, 1), step));
  const shown = terms.join(", ");
  if (level >= 6 && rng.chance(0.45)) {
    const product = (start + last) * n;
    if (Math.abs(product) > 40_000) return undefined;
    const total = chain.divide(chain.multiply(chain.add(start, last), n), 2);
    const prompt = `What is the sum of the first ${n} terms of ${shown}, ...?`;
    return finish(`sum ${n}`, terms, prompt, chain, String(total));
  }
  const ordinal = /1[123]$/.test(String(n)) ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  const prompt = rng.pick([
    `What is the ${n}${ordinal} term of ${shown}, ...?`,
    `Find the ${n}${ordinal} term of the sequence ${shown}, ...`,
    `A sequence starts ${shown}, ... What is term ${n}?`,
  ]);
  return finish(`term ${n}`, terms, prompt, chain, String(last));
}

/** Sequences. Level 1-3: arithmetic and geometric; 4-5: nth term; 6-14: sums, second differences, larger numbers. */
export function createSequence(rng: Rng, level: number): Draft | undefined {
  if (level <= 1) return arithmeticNext(rng, level);
  if (level <= 3) return rng.pick([arithmeticNext, geometricNext])(rng, level);
  if (level <= 5) return rng.pick([arithmeticNext, geometricNext, nthTerm, secondDifferences])(rng, level);
  return rng.pick([nthTerm, secondDifferences])(rng, level);
}
