import type { Chain } from "../chain.ts";
import { createChain } from "../chain.ts";
import type { Draft } from "../problem.ts";
import type { Rng } from "../rng.ts";

const NICE = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 75, 80, 90] as const;

const STEPS = [4, 5, 10, 12, 15, 20, 25, 30, 40, 50, 60] as const;
const HARD_STEPS = [12, 15, 16, 18, 24, 25, 28, 35, 36, 45, 55, 65, 75] as const;

function partOf(chain: Chain, base: number, percent: number): number | undefined {
  if ((base * percent) % 100 !== 0) return undefined;
  return chain.divide(chain.multiply(base, percent), 100);
}

function drawPercent(rng: Rng, level: number): number {
  if (level <= 2) return rng.pick([5, 10, 20, 25, 30, 40, 50, 75]);
  return rng.chance(0.6) ? rng.pick(NICE) : rng.int(2, 99);
}

function drawBase(rng: Rng, level: number): number {
  const unit = level <= 2 ? rng.pick([10, 20, 50]) : rng.pick([4, 5, 10, 20, 25, 50]);
  return (
    unit * rng.int(1, Math.floor((level <= 2 ? 400 : level <= 5 ? 600 : level <= 10 ? 1200 : 600 * (level - 8)) / unit))
  );
}

function draft(structure: string, prompt: string, chain: Chain, answer: number): Draft {
  return {
    structure: `percent:${structure}`,
    prompt,
    steps: chain.lines,
    answer: String(answer),
    answerKind: "number",
  };
}

function simplePart(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const [base, percent] = [drawBase(rng, level), drawPercent(rng, level)];
  const part = partOf(chain, base, percent);
  if (part === undefined) return undefined;
  const p = rng.chance(0.8) ? `${percent}%` : `${percent} percent`;
  const prompt = rng.pick([
    `What is ${p} of ${base}?`,
    `${p} of ${base}`,
    `Compute ${p} of ${base}.`,
    `Work out ${p} of ${base}.`,
    `How much is ${p} of ${base}?`,
    `${p} of the ${base} pupils of a school walk. How many pupils walk?`,
    `A jar has ${base} beads. ${p} of them are red. How many beads are red?`,
  ]);
  return draft(`of ${percent} ${base}`, prompt, chain, part);
}

/** One or more successive changes by a percentage. */
function changes(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const count = level <= 5 ? 1 : level <= 7 ? 2 : level <= 9 ? rng.int(2, 3) : 3;
  const start = drawBase(rng, level);
  let value = start;
  const trace: string[] = [];
  const parts: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const percent = rng.pick(level <= 4 ? [5, 10, 20, 25, 50] : level <= 10 ? STEPS : HARD_STEPS);
    const up = rng.chance(0.5);
    const part = partOf(chain, value, percent);
    if (part === undefined || part === 0) return undefined;
    value = up ? chain.add(value, part) : chain.subtract(value, part);
    if (value > (level <= 10 ? 3000 : 6000)) return undefined;
    trace.push(`${up ? "+" : "-"}${percent}`);
    parts.push(up ? `rises by ${percent}%` : `falls by ${percent}%`);
  }
  const first = trace[0] as string;
  if (count === 1 && rng.chance(0.6)) {
    const prompt = first.startsWith("-")
      ? rng.pick([
          `A coat costs ${start} dollars. It is reduced by ${first.slice(1)}%. What is the new price?`,
          `What is ${start} decreased by ${first.slice(1)}%?`,
          `Decrease ${start} by ${first.slice(1)}%.`,
        ])
      : rng.pick([`What is ${start} increased by ${first.slice(1)}%?`, `Increase ${start} by ${first.slice(1)}%.`]);
    return draft(`change ${start} ${trace.join(" ")}`, prompt, chain, value);
  }
  const prompt = `A price of ${start} dollars ${parts.join(", then ")}. What is the price now?`;
  return draft(`change ${start} ${trace.join(" ")}`, prompt, chain, value);
}

/** "36 is what percent of 240?" and "15% of what number is 36?" */
function inverse(rng: Rng, level: number): Draft | undefined {
  const chain = createChain();
  const whole = rng.pick([20, 25, 40, 50, 60, 80, 100, 120, 150, 200, 240, 300, 400]);
  const percent = level <= 4 ? rng.pick(NICE) : rng.int(2, 95);
  if ((whole * percent) % 100 !== 0) return undefined;
  const part = (whole * percent) / 100;
  if (rng.chance(0.5)) {
    chain.divide(chain.multiply(part, 100), whole);
    const prompt = rng.pick([
      `${part} is what percent of ${whole}?`,
      `What percent of ${whole} is ${part}?`,
      `${part} of ${whole} apples are green. What percent is that?`,
    ]);
    return draft(`which ${part} ${whole}`, prompt, chain, percent);
  }
  chain.divide(chain.multiply(part, 100), percent);
  const prompt = rng.pick([
    `${percent}% of a number is ${part}. What is the number?`,
    `${part} is ${percent}% of what number?`,
  ]);
  return draft(`whole ${percent} ${part}`, prompt, chain, whole);
}

/** "After a discount of 20% a coat costs 80 dollars. What did it cost before?" */
function before(rng: Rng): Draft | undefined {
  const chain = createChain();
  const percent = rng.pick([5, 10, 15, 20, 25, 30, 40, 50, 60]);
  const original = rng.pick([20, 40, 50, 60, 80, 100, 120, 150, 160, 200, 240, 300, 360, 400]);
  const up = rng.chance(0.4);
  const share = up ? chain.add(100, percent) : chain.subtract(100, percent);
  if ((original * share) % 100 !== 0) return undefined;
  const now = (original * share) / 100;
  chain.divide(chain.multiply(now, 100), share);
  const prompt = up
    ? `After a rise of ${percent}% a ticket costs ${now} dollars. What did it cost before?`
    : `After a discount of ${percent}% a coat costs ${now} dollars. What did it cost before?`;
  return draft(`before ${up} ${percent} ${now}`, prompt, chain, original);
}

/** Percentages; level 1-2: p% of n; 3-5: changes and inverses; 6-14: successive changes, larger numbers, undoing a change. */
export function createPercent(rng: Rng, level: number): Draft | undefined {
  if (level <= 2) return simplePart(rng, level);
  const draw = rng.next();
  if (level >= 10 && draw < 0.8) return changes(rng, level);
  if (draw < 0.25) return simplePart(rng, level);
  if (level >= 5 && draw < 0.4) return before(rng);
  if (draw < 0.55) return inverse(rng, level);
  return changes(rng, level);
}
