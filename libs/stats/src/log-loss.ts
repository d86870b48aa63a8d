import type { Prediction } from "./prediction.ts";

/**
 * Mean negative log-likelihood of outcomes under probabilities, in nats, >= 0, lower is better; 0 where there are none.
 * Probabilities are first drawn into [`floor`, 1 - `floor`] (default 1e-6), so that one certain mistake is not infinite.
 */
export function logLossOf(predictions: readonly Prediction[], floor = 1e-6): number {
  const sum = predictions.reduce((total, { probability, correct }) => {
    const chance = correct ? probability : 1 - probability;
    return total - Math.log(Math.max(floor, Math.min(1 - floor, chance)));
  }, 0);
  return predictions.length === 0 ? 0 : sum / predictions.length;
}
