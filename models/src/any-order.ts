import { decimalParts } from "./chain.ts";
import { parseLine, type Term } from "./parse-line.ts";
import type { Rng } from "./rng.ts";

/** Could `operand` come from `result`? Its sign may have flipped, its unknown may be dropped, or it may be a digit's worth of it. */
function stemsFrom(operand: Term, result: Term): boolean {
  const [value, source] = [Math.abs(operand.numerator), Math.abs(result.numerator)];
  if (operand.denominator !== result.denominator) return false;
  return value === source || (operand.denominator === 1 && decimalParts(source).includes(value));
}

/** For each step, the earlier steps that it may need. Two steps with equal results keep their order too. */
function needs(steps: readonly string[]): number[][] {
  const parsed = steps.map((step) => parseLine(step));
  return parsed.map((line, index) =>
    parsed.slice(0, index).flatMap((earlier, at) => {
      // A line that is no operation (there is none today) stays where it is.
      if (line?.kind !== "operation" || earlier?.kind !== "operation") return [at];
      return line.operands.some((operand) => stemsFrom(operand, earlier.result)) ? [at] : [];
    }),
  );
}

/** How often a step that uses the last result is written next, where there is one: people go on with what they have begun. */
const GO_ON = 0.5;

/**
 * The same steps in a random order in which every step still follows those that it needs: at each place one that goes on with
 * the last result, half of the time, else any of the steps that are ready. Trained on such chains, a model reaches one answer by many ways, so that its samples err apart from
 * each other; `checkChain` accepts every such order.
 */
export function inAnyOrder(steps: readonly string[], rng: Rng): string[] {
  const waiting = needs(steps).map((sources, index) => ({
    index,
    sources: new Set(sources),
    /** The step whose result it was the last to wait for. */
    freed: undefined as number | undefined,
  }));
  const ordered: string[] = [];
  let last: number | undefined;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ sources }) => sources.size === 0);
    const further = ready.filter(({ freed }) => freed === last && last !== undefined);
    const next = rng.pick(further.length > 0 && rng.chance(GO_ON) ? further : ready);
    waiting.splice(waiting.indexOf(next), 1);
    for (const step of waiting) if (step.sources.delete(next.index)) step.freed = next.index;
    last = next.index;
    ordered.push(steps[next.index] as string);
  }
  return ordered;
}
