import {
  type BetaPrior,
  boundedLogprob,
  type ErrorModel,
  type EvidenceKind,
  type EvidenceWeights,
  evidenceOf,
  posteriorOf,
  type ScoredVote,
} from "@reckon/planning";
import { fitLogistic, logit, mean } from "@reckon/stats";

/** Votes of a problem, what is thought of it beforehand, and its right answer (`undefined`: nobody gave it). */
export interface ErrorModelCase {
  readonly votes: readonly ScoredVote[];
  readonly prior: BetaPrior;
  readonly truth: string | undefined;
}

/** A number that is fitted: how it is read, how it moves, and within what. */
interface Free {
  readonly get: (model: ErrorModel) => number;
  readonly set: (model: ErrorModel, value: number) => ErrorModel;
  readonly step: number;
  readonly least: number;
  readonly most: number;
  /** True: moves by factors; else by differences. */
  readonly byFactor?: boolean;
}

const start: ErrorModel = { diversity: 3, evidence: { limit: 4, kinds: {} } };
const noWeights: EvidenceWeights = { score: 0, logprob: 0, intercept: 0, typical: 1 };

const diversity: Free = {
  get: (model) => model.diversity,
  set: (model, value) => ({ ...model, diversity: value }),
  ...{ step: 2, least: 0.25, most: 256, byFactor: true },
};
const limit: Free = {
  get: (model) => model.evidence.limit,
  set: (model, value) => ({ ...model, evidence: { ...model.evidence, limit: value } }),
  ...{ step: 0.5, least: 0.5, most: 8 },
};

/** Weights of one kind of evidence; what it does not have stays 0. */
function weightsOf(kind: EvidenceKind): Free[] {
  const one = (name: "score" | "logprob" | "intercept", step: number, least: number, most: number): Free => ({
    get: (model) => (model.evidence.kinds[kind] ?? noWeights)[name],
    set: (model, value) => withWeights(model, kind, { [name]: value }),
    ...{ step, least, most },
  });
  return [
    ...(kind === "logprob" ? [] : [one("score", 0.2, 0, 4)]),
    ...(kind === "verifier" ? [] : [one("logprob", 0.1, 0, 4)]),
    one("intercept", 0.25, -4, 4),
  ];
}

function withWeights(model: ErrorModel, kind: EvidenceKind, change: Partial<EvidenceWeights>): ErrorModel {
  const { evidence } = model;
  const weights = { ...(evidence.kinds[kind] ?? noWeights), ...change };
  return { ...model, evidence: { ...evidence, kinds: { ...evidence.kinds, [kind]: weights } } };
}

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

/** The same votes with only the signs that a kind of evidence has. */
export function restrictTo(cases: readonly ErrorModelCase[], kind: EvidenceKind | undefined): ErrorModelCase[] {
  const isScored = kind === "verifier" || kind === "both";
  const hasLogprob = kind === "logprob" || kind === "both";
  const hidden = { ...(!isScored && { score: undefined }), ...(!hasLogprob && { logprob: undefined }) };
  return cases.map((one) => ({ ...one, votes: one.votes.map((vote) => ({ ...vote, ...hidden })) }));
}

/**
 * Fits how samples err by maximum likelihood: coordinate descent on `logLoss`, steps halved until they no longer matter. How
 * wrong answers coincide and the limit of evidence are fitted with the first kind of evidence, the weights of the others
 * after it. `typical` is the mean size of the evidence.
 */
export function fitErrorModel(cases: readonly ErrorModelCase[], kinds: readonly EvidenceKind[]): ErrorModel {
  return kinds.reduce((model, kind, place) => {
    const restricted = restrictTo(cases, kind);
    const free = [...weightsOf(kind), ...(place === 0 ? [diversity, limit] : [])];
    const fitted = descend(restricted, withWeights(model, kind, logisticWeights(restricted)), free);
    const sizes = restricted.flatMap(({ votes }) => votes.map((vote) => Math.abs(evidenceOf(vote, fitted.evidence))));
    return withWeights(fitted, kind, { typical: Math.max(0.1, mean(sizes) ?? 0) });
  }, start);
}

/** Where to begin: what each sign says of single samples, by a logistic regression less the share of right ones. */
function logisticWeights(cases: readonly ErrorModelCase[]): Partial<EvidenceWeights> {
  const samples = cases.flatMap(({ votes, truth }) =>
    votes.map(({ score, logprob, canonical }) => ({
      features: [score === undefined ? 0 : logit(score), boundedLogprob(logprob ?? 0)],
      positive: canonical === truth,
    })),
  );
  const share = mean(samples.map(({ positive }) => Number(positive))) ?? 0.5;
  const { weights, intercept } = fitLogistic(samples, 1e-3);
  return {
    score: Math.max(0, weights[0] ?? 0),
    logprob: Math.max(0, weights[1] ?? 0),
    intercept: intercept - logit(share),
  };
}

function descend(cases: readonly ErrorModelCase[], from: ErrorModel, free: readonly Free[]): ErrorModel {
  let best = from;
  let loss = logLoss(cases, best);
  for (let scale = 1; scale > 0.1; scale /= 2) {
    for (let moved = true; moved; ) {
      moved = false;
      for (const one of free) {
        for (const next of neighbours(best, one, scale)) {
          const tried = logLoss(cases, next);
          if (tried >= loss - 1e-5) continue;
          best = next;
          loss = tried;
          moved = true;
        }
      }
    }
  }
  return best;
}

function neighbours(model: ErrorModel, { get, set, step, least, most, byFactor }: Free, scale: number): ErrorModel[] {
  const value = get(model);
  const moves =
    byFactor === true ? [value * step ** scale, value / step ** scale] : [value + step * scale, value - step * scale];
  return moves.map((moved) => set(model, Math.min(most, Math.max(least, moved))));
}
