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

/**
 * The same steps in a random order in which every step still follows those that it needs: at each place one of the steps that
 * are ready, uniformly. Trained on such chains, a model reaches one answer by many ways, so that its samples err apart from
 * each other; `checkChain` accepts every such order.
 */
export function inAnyOrder(steps: readonly string[], rng: Rng): string[] {
  const waiting = needs(steps).map((sources, index) => ({ index, sources: new Set(sources) }));
  const ordered: string[] = [];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ sources }) => sources.size === 0);
    const next = rng.pick(ready);
    waiting.splice(waiting.indexOf(next), 1);
    for (const { sources } of waiting) sources.delete(next.index);
    ordered.push(steps[next.index] as string);
  }
  return ordered;
}
