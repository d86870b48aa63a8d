import { createChain } from "../chain.ts";
import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";
import { drawPeople, type Person } from "../surface.ts";

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Divide a total in a ratio of two to four parts; asks for one share, or for the difference of two. */
function divideTotal(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const count = level <= 3 ? 2 : level <= 6 ? rng.int(2, 3) : rng.int(3, 4);
  const parts = Array.from({ length: count }, () => rng.int(1, level <= 3 ? 7 : level <= 9 ? 13 : 19));
  if (new Set(parts).size < count || parts.reduce(greatestCommonDivisor) !== 1) return undefined;
  const unit = rng.int(2, level <= 3 ? 15 : level <= 6 ? 40 : level <= 9 ? 90 : 150);
  const total = unit * parts.reduce((sum, part) => sum + part, 0);
  const people = drawPeople(rng, count) as [Person, ...Person[]];
  const names = people.map((person) => person.name);
  const ratio = parts.join(rng.chance(0.7) ? ":" : " : ");
  const sum = parts.reduce((left, right) => chain.add(left, right));
  const one = chain.divide(total, sum);
  const group = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const opening = rng.pick([
    `${group} share ${total} dollars in the ratio ${ratio}.`,
    `${total} dollars are divided among ${group} in the ratio ${ratio}.`,
  ]);
  const which = rng.int(0, count - 1);
  if (level >= 5 && rng.chance(0.5)) {
    const high = parts.indexOf(Math.max(...parts));
    const low = parts.indexOf(Math.min(...parts));
    const gap = chain.subtract(chain.multiply(one, parts[high] as number), chain.multiply(one, parts[low] as number));
    const question = `How much more does ${names[high]} get than ${names[low]}?`;
    return done(`total ${total} ${parts} gap`, `${opening} ${question}`, chain.lines, gap);
  }
  const share = chain.multiply(one, parts[which] as number);
  if (count === 2 && rng.chance(0.4)) {
    const larger = parts[which] === Math.max(...parts);
    const prompt = `Divide ${total} in the ratio ${ratio}. What is the ${larger ? "larger" : "smaller"} share?`;
    return done(`total ${total} ${parts} ${which}`, prompt, chain.lines, share);
  }
  return done(`total ${total} ${parts} ${which}`, `${opening} How much does ${names[which]} get?`, chain.lines, share);
}

function done(structure: string, prompt: string, steps: string[], answer: number): Draft {
  return { structure: `ratio:${structure}`, prompt, steps, answer: String(answer), answerKind: "number" };
}

/** Rule of three: so much for a, how much for b? */
function proportion(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const a = rng.int(2, level <= 4 ? 9 : 12);
  const unit = rng.int(2, level <= 2 ? 9 : level <= 5 ? 30 : 90);
  const b = rng.int(2, level <= 2 ? 12 : level <= 5 ? 20 : 45);
  if (a === b) return undefined;
  const amount = a * unit;
  const each = chain.divide(amount, a);
  const answer = chain.multiply(each, b);
  const prompt = rng.pick([
    `${a} tickets cost ${amount} dollars. How much do ${b} tickets cost?`,
    `For ${a} cakes one needs ${amount} grams of flour. How many grams are needed for ${b} cakes?`,
    `A car uses ${amount} litres for ${a} trips. How many litres does it use for ${b} trips?`,
    `A machine makes ${amount} toys in ${a} hours. How many toys does it make in ${b} hours?`,
    `If ${a} pens cost $${amount}, how much do ${b} pens cost?`,
  ]);
  return done(`three ${a} ${amount} ${b}`, prompt, chain.lines, answer);
}

/** a : b = p : q with one value known. */
function known(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const p = rng.int(2, level <= 4 ? 9 : 15);
  const q = rng.int(2, level <= 4 ? 9 : 15);
  if (greatestCommonDivisor(p, q) !== 1) return undefined;
  const unit = rng.int(2, level <= 3 ? 12 : level <= 6 ? 30 : 70);
  const value = p * unit;
  const one = chain.divide(value, p);
  const other = chain.multiply(one, q);
  const total = level >= 4 && rng.chance(0.5);
  const answer = total ? chain.add(value, other) : other;
  const ask = total ? "children are there in total" : "girls are there";
  const prompt = rng.pick([
    `The ratio of boys to girls is ${p}:${q}. There are ${value} boys. How many ${ask}?`,
    `In a class boys and girls are in the ratio ${p}:${q}. If there are ${value} boys, how many ${ask}?`,
  ]);
  return done(`known ${p} ${q} ${value} ${total}`, prompt, chain.lines, answer);
}

/** Ratios: shares of a total, proportions, one quantity known; `level` 1-12 sets the parts and the size of the numbers. */
export function createRatio(rng: Rng, level: number): Draft | undefined {
  if (level >= 10) return divideTotal(rng, level);
  return rng.pick(level >= 7 ? [divideTotal, divideTotal, proportion, known] : [divideTotal, proportion, known])(
    rng,
    level,
  );
}
