import type { Difficulty, Strategy } from "@reckon/core";
import type { PlanningSettings } from "./settings.ts";

/** Where a difficulty falls: below 0.3, to 0.7, above. */
export type DifficultyBand = "low" | "middle" | "high";

/** The band of a difficulty score in [0, 1]. */
export function difficultyBand(score: number): DifficultyBand {
  if (score < 0.3) return "low";
  return score <= 0.7 ? "middle" : "high";
}

/** How well a difficulty is known: by the pseudo-counts of its prior, in all, and the chance that a sample is right. */
export interface Sureness {
  readonly strength: number;
  readonly mean: number;
}

/** How well a difficulty is known. */
export function surenessOf({ priorAlpha, priorBeta }: Difficulty): Sureness {
  const strength = priorAlpha + priorBeta;
  return { strength, mean: priorAlpha / strength };
}

/** A prior of fewer pseudo-counts is wide: it does not bear out an easy band. Where the domain is not known it is such a one. */
const WIDE_BELOW = 0.6;
/** A prior of as many is narrow, and below this chance of a right sample more of them are waste. */
const NARROW_FROM = 3;
const HOPELESS_BELOW = 0.1;

/** The band to plan for: that of the score, unless the prior says that the score is hardly known, or that samples are in vain. */
function plannedBand(
  score: number,
  sure: Sureness | undefined,
): { readonly band: DifficultyBand; readonly why: string } {
  const band = difficultyBand(score);
  const where = `difficulty ${score.toFixed(2)} is ${band}`;
  if (sure === undefined) return { band, why: where };
  const worth = `the prior is worth ${sure.strength.toFixed(1)} samples`;
  if (sure.strength < WIDE_BELOW && band === "low") {
    return { band: "middle", why: `${where}, but hardly known (${worth}): as for middle` };
  }
  if (sure.strength >= NARROW_FROM && sure.mean < HOPELESS_BELOW) {
    return { band: "middle", why: `${where} and well known (${worth}): many samples would be in vain, as for middle` };
  }
  return { band, why: `${where}, ${worth}` };
}

/** Whether a strategy may spend more than another. */
export function isDearer(strategy: Strategy, other: Strategy): boolean {
  return cheapestFirst.indexOf(strategy) > cheapestFirst.indexOf(other);
}

const cheapestFirst: readonly Strategy[] = ["fast", "balanced", "comprehensive", "adaptive"];

/** What a strategy allows before a client's overrides. */
export interface StrategyLimits {
  readonly samples: number;
  readonly window: number;
  readonly minSteps: number;
  readonly maxSteps: number;
  readonly rounds: number;
  readonly timeoutMs: number;
  /** Why, one sentence each. */
  readonly reasons: readonly string[];
}

const ADAPTIVE: Record<DifficultyBand, { share: number; samples: number; window: number; rounds: number }> = {
  low: { share: 0.5, samples: 8, window: 8, rounds: 1 },
  middle: { share: 0.75, samples: 8, window: 8, rounds: 2 },
  high: { share: 1, samples: 8, window: 8, rounds: 3 },
};

/**
 * The limits of a strategy. `fast`: one sample of 1-3 steps, no verification. `balanced`: 3 samples, two at once, up to 8
 * steps, 1 round. `comprehensive`: 5 samples, four at once, up to 20 steps, 3 rounds. `adaptive`: by difficulty (below 0.3,
 * 0.3-0.7, above 0.7) 16, 24 or 32 steps, 8, 16 or 32 samples, at most 8 at once, 1, 2 or 3 rounds; where the prior (`sure`)
 * is wide nothing is planned as easy, and where it is narrow and hardly a sample is right, as middling.
 */
export function strategyLimits(
  strategy: Strategy,
  difficulty: number,
  settings: PlanningSettings,
  sure?: Sureness,
): StrategyLimits {
  const { minThinkingSteps: minSteps, maxThinkingSteps: most } = settings;
  const rounds = (wanted: number) => Math.min(wanted, settings.verificationRounds);
  const steps = (wanted: number) => Math.max(minSteps, Math.min(wanted, most));
  switch (strategy) {
    case "fast":
      return {
        ...{ samples: 1, window: 1, minSteps: 1, maxSteps: steps(3), rounds: 0, timeoutMs: settings.fastTimeoutMs },
        reasons: [
          "fast: one sample of at most 3 steps, not verified; a problem that needs more steps gets no answer from it",
        ],
      };
    case "balanced":
      return {
        ...{
          samples: 3,
          window: 2,
          minSteps,
          maxSteps: steps(8),
          rounds: rounds(1),
          timeoutMs: settings.balancedTimeoutMs,
        },
        reasons: ["balanced: 3 samples, two at once, up to 8 steps"],
      };
    case "comprehensive": {
      const samples = settings.selfConsistencySamples;
      return {
        ...{ samples, window: Math.min(4, samples), minSteps, maxSteps: steps(20), rounds: rounds(3) },
        timeoutMs: settings.comprehensiveTimeoutMs,
        reasons: [`comprehensive: ${samples} samples, up to four at once, up to 20 steps`],
      };
    }
    case "adaptive":
      return adaptiveLimits(plannedBand(difficulty, sure), settings, steps, rounds);
  }
}

function adaptiveLimits(
  planned: ReturnType<typeof plannedBand>,
  settings: PlanningSettings,
  steps: (wanted: number) => number,
  rounds: (wanted: number) => number,
): StrategyLimits {
  const band = settings.adaptiveScaling ? planned.band : "middle";
  const row = ADAPTIVE[band];
  const power = { low: 0, middle: 1, high: 2 }[band];
  const samples = Math.max(1, Math.min(256, Math.round(row.samples * settings.difficultyThresholdMultiplier ** power)));
  const where = settings.adaptiveScaling ? planned.why : "scaling is off: as for middle";
  return {
    samples,
    window: Math.min(row.window, samples),
    minSteps: settings.minThinkingSteps,
    maxSteps: steps(Math.round(settings.maxThinkingSteps * row.share)),
    rounds: rounds(row.rounds),
    timeoutMs: settings.defaultTimeoutMs,
    reasons: [`adaptive, ${where}: up to ${samples} samples, stopping as soon as another would not pay`],
  };
}
