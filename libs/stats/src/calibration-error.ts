import type { Prediction } from "./prediction.ts";

/** One bin of a reliability table. */
export interface ReliabilityBin {
  readonly count: number;
  readonly meanProbability: number;
  /** Share that came true. */
  readonly accuracy: number;
}

/** Bins hold equal numbers of predictions (`mass`), or span equal parts of [0, 1] (`width`). */
export type Binning = "mass" | "width";

/** How to bin. */
export interface BinningOptions {
  /** Default 15. */
  readonly bins?: number;
  /** Default `mass`. */
  readonly binning?: Binning;
}

/** Predictions in bins by probability, lowest first, empty bins left out. Throws `RangeError` for no whole number of bins >= 1. */
export function predictionBins<T extends Prediction>(predictions: readonly T[], options: BinningOptions = {}): T[][] {
  const { bins = 15, binning = "mass" } = options;
  if (!(Number.isInteger(bins) && bins >= 1)) throw new RangeError(`bins must be an integer >= 1, got ${bins}`);
  const out = Array.from({ length: bins }, (): T[] => []);
  const sorted = [...predictions].sort((a, b) => a.probability - b.probability);
  sorted.forEach((prediction, i) => {
    const place = binning === "mass" ? (i * bins) / sorted.length : prediction.probability * bins;
    out[Math.min(bins - 1, Math.floor(place))]?.push(prediction);
  });
  return out.filter((group) => group.length > 0);
}

/** Reliability table: predictions in bins by probability, lowest first, empty bins left out. */
export function reliabilityTable(predictions: readonly Prediction[], options: BinningOptions = {}): ReliabilityBin[] {
  return predictionBins(predictions, options).map((group) => ({
    count: group.length,
    meanProbability: group.reduce((sum, p) => sum + p.probability, 0) / group.length,
    accuracy: group.filter((p) => p.correct).length / group.length,
  }));
}

/**
 * Expected calibration error (Naeini et al., AAAI 2015): |accuracy - mean probability| of each bin, weighted by its size;
 * in [0, 1], `undefined` where there are no predictions. Small sets bias it upwards: give a bootstrap interval with it.
 */
export function calibrationError(predictions: readonly Prediction[], options: BinningOptions = {}): number | undefined {
  if (predictions.length === 0) return undefined;
  return reliabilityTable(predictions, options).reduce(
    (sum, bin) => sum + (bin.count / predictions.length) * Math.abs(bin.accuracy - bin.meanProbability),
    0,
  );
}
