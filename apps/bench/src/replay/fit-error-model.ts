import {
  type BetaPrior,
  defaultErrorModel,
  type ErrorModel,
  posteriorOf,
  type ScoredVote,
  scoreEvidence,
} from "@reckon/planning";
import { mean } from "@reckon/stats";

/** Votes of a problem, what is thought of it beforehand, and its right answer (`undefined`: nobody gave it). */
export interface ErrorModelCase {
  readonly votes: readonly ScoredVote[];
  readonly prior: BetaPrior;
  readonly truth: string | undefined;
}

type Free = "diversity" | "slope" | "intercept" | "limit";
const steps: Record<Free, { readonly step: number; readonly least: number; readonly most: number }> = {
  diversity: { step: 2, least: 0.25, most: 256 },
  slope: { step: 0.2, least: 0, most: 4 },
  intercept: { step: 0.25, least: -4, most: 4 },
  limit: { step: 0.5, least: 0.5, most: 8 },
};

/** Mean negative log-probability, in nats, that a model gives to what was true. */
export function logLoss(cases: readonly ErrorModelCase[], model: ErrorModel): number {
  const losses = cases.map(({ votes, prior, truth }) => {
    const posterior = posteriorOf(votes, prior, model);
    const known = [...posterior.values()].reduce((sum, p) => sum + p, 0);
    const chance = truth === undefined ? 1 - known : (posterior.get(truth) ?? 1 - known);
    return -Math.log(Math.max(1e-6, chance));
  });
  return mean(losses) ?? 0;
}

/**
 * Fits how samples err by maximum likelihood: coordinate descent on `logLoss` from the model in place, steps halved until they
 * no longer matter. `diversity` moves by factors, the others by differences. `typicalEvidence` is the mean size of the evidence.
 */
export function fitErrorModel(cases: readonly ErrorModelCase[], scored: boolean): ErrorModel {
  let best: ErrorModel = defaultErrorModel;
  let loss = logLoss(cases, best);
  const free: Free[] = scored ? ["diversity", "slope", "intercept", "limit"] : ["diversity"];
  for (let scale = 1; scale > 0.1; scale /= 2) {
    for (let moved = true; moved; ) {
      moved = false;
      for (const name of free) {
        for (const next of neighbours(best, name, scale)) {
          const tried = logLoss(cases, next);
          if (tried >= loss - 1e-5) continue;
          best = next;
          loss = tried;
          moved = true;
        }
      }
    }
  }
  const evidence = cases.flatMap(({ votes }) => votes.map((vote) => Math.abs(scoreEvidence(vote.score, best))));
  return { ...best, typicalEvidence: Math.max(0.1, mean(evidence) ?? best.typicalEvidence) };
}

function neighbours(model: ErrorModel, name: Free, scale: number): ErrorModel[] {
  const { step, least, most } = steps[name];
  const value = model[name];
  const moves =
    name === "diversity"
      ? [value * step ** scale, value / step ** scale]
      : [value + step * scale, value - step * scale];
  return moves.map((moved) => ({ ...model, [name]: Math.min(most, Math.max(least, moved)) }));
}
