import type { ConfidenceKind } from "@reckon/core";
import { type Calibrator, calibrated, crossFit, type EvidenceKind, fitWithDomains } from "@reckon/planning";
import { type Prediction, type PredictionQuality, predictionQuality } from "@reckon/stats";
import type { KnownOutcome } from "./known-outcome.ts";

/** What was found of the outcomes of one kind. */
export interface CalibrationFinding {
  readonly kind: ConfidenceKind;
  readonly signs: EvidenceKind | undefined;
  readonly outcomes: number;
  /** As they are. */
  readonly before: PredictionQuality | undefined;
  /** By calibrators fitted on other problems; `undefined` where there is too little to fit on. */
  readonly after: PredictionQuality | undefined;
  /** Fitted on all of them; empty where there is too little, or where the confidence is calibrated already. */
  readonly calibrators: readonly Calibrator[];
  readonly predictions: { readonly before: readonly Prediction[]; readonly after: readonly Prediction[] };
}

/** Groups of what belongs to one problem. */
function byGroup<T extends { readonly group?: string | undefined }, U>(items: readonly T[], of: (item: T) => U): U[][] {
  const groups = new Map<string | T, U[]>();
  for (const item of items) {
    const key = item.group ?? item;
    const group = groups.get(key) ?? [];
    group.push(of(item));
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * Fits calibrators for each kind of raw confidence (and each set of signs, where known), and reports how good the confidence
 * was before, and after by cross-fitting: each outcome is judged by a fit that has seen none of its problem. A confidence
 * that is calibrated already is reported only: the raw one that a new calibrator would need is not in its record.
 */
export function calibrateOutcomes(outcomes: readonly KnownOutcome[]): CalibrationFinding[] {
  const scopes = new Map<string, KnownOutcome[]>();
  for (const outcome of outcomes) {
    const key = `${outcome.kind} ${outcome.signs ?? ""}`;
    scopes.set(key, [...(scopes.get(key) ?? []), outcome]);
  }
  return [...scopes.values()].map((mine) => {
    const { kind, signs } = mine[0] as KnownOutcome;
    const scope = { of: kind, ...(signs !== undefined && { signs }) };
    const calibrators = kind === "calibrated" ? [] : fitWithDomains(mine, scope);
    const before = (one: KnownOutcome): Prediction => ({ probability: one.confidence, correct: one.correct });
    const held = calibrators.length === 0 ? [] : heldOut(mine, scope);
    return {
      ...{ kind, signs, outcomes: mine.length, calibrators },
      before: predictionQuality(byGroup(mine, before)),
      after: predictionQuality(byGroup(held, ({ probability, correct }) => ({ probability, correct }))),
      predictions: { before: mine.map(before), after: held },
    };
  });
}

function heldOut(
  outcomes: readonly KnownOutcome[],
  scope: { readonly of: ConfidenceKind; readonly signs?: EvidenceKind },
) {
  return crossFit(outcomes, (rest) => {
    const fitted = fitWithDomains(rest, scope);
    return (sample) => calibrated(fitted, scope, sample);
  }).map(({ sample, probability, correct }) => ({ probability, correct, group: sample.group }));
}
