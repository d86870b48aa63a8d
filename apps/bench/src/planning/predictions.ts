import {
  createVoteAccuracy,
  fitVoteModel,
  type Measure,
  type ObservedProblem,
  observedAtK,
  TRUSTED_FACTOR,
  type VoteModel,
} from "@reckon/planning";
import { createPrng, mean, quantile } from "@reckon/stats";
import type { Estimate } from "../bootstrap-mean.ts";

/** The same problems, with the few samples that a fit may see and with all of them. */
export interface Watched {
  readonly band: string;
  readonly seen: ObservedProblem;
  readonly all: ObservedProblem;
}

/** A prediction, what was observed, and their difference with its interval. */
export interface PredictionRow {
  readonly group: string;
  readonly measure: Measure;
  readonly k: number;
  readonly predicted: Estimate;
  readonly observed: Estimate;
  readonly difference: Estimate;
  readonly extrapolated: boolean;
}

/** What to predict and how sure to be. */
export interface PredictionOptions {
  readonly sizes: readonly number[];
  readonly resamples: number;
}

const REFITS_SEED = 1;
type ShownMeasure = "majority" | "coverage";
const measures: readonly ShownMeasure[] = ["majority", "coverage"];

interface Draw {
  readonly predicted: number;
  readonly observed: number;
}

/**
 * Fits each band to the few samples of `fitted`, predicts more samples, and lays it beside what `watched` shows, `all` being the mean over problems.
 * Where both are the same problems they are resampled together, so that the difference is paired; else apart.
 */
export function predictionRows(
  fitted: readonly Watched[],
  watched: readonly Watched[],
  { sizes, resamples }: PredictionOptions,
): PredictionRow[] {
  const bands = [...new Set(watched.map(({ band }) => band))];
  const samples = Math.max(...fitted.map(({ seen }) => seen.counts.right + sum(seen.counts.wrong)));
  const cells = sizes.flatMap((k) => measures.map((measure) => ({ k, measure })));
  const random = createPrng(REFITS_SEED);
  const byBand = bands.map((band) => {
    const from = fitted.filter((one) => one.band === band);
    const to = watched.filter((one) => one.band === band);
    const truths = cells.map(({ k, measure }) => to.map(({ all }) => observedAtK(all, measure, k)));
    const draw = (places: readonly number[], there: readonly number[]): Draw[] => {
      const model = fitVoteModel(places.map((place) => (from[place] as Watched).seen)) as VoteModel;
      const accuracy = createVoteAccuracy(model);
      return cells.map(({ k, measure }, i) => ({
        predicted: accuracy.at(measure, k),
        observed: mean(there.map((place) => (truths[i] as number[])[place] as number)) as number,
      }));
    };
    const every = (list: readonly unknown[]) => list.map((_, i) => i);
    const again = (list: readonly unknown[]) => list.map(() => random.integer(list.length));
    const drawn = Array.from({ length: resamples }, () => {
      const places = again(from);
      return draw(places, from === to || fitted === watched ? places : again(to));
    });
    return { band, weight: to.length / watched.length, middle: draw(every(from), every(to)), drawn };
  });
  const rowsOf = (group: string, some: typeof byBand): PredictionRow[] => {
    const total = sum(some.map(({ weight }) => weight));
    return cells.map(({ k, measure }, i) => {
      const value = (of: (draw: Draw) => number, from: (one: (typeof byBand)[number]) => Draw[]) =>
        sum(some.map((one) => (one.weight / total) * of(from(one)[i] as Draw)));
      const estimate = (of: (draw: Draw) => number): Estimate => {
        const values = Array.from({ length: resamples }, (_, r) => value(of, (one) => one.drawn[r] as Draw[]));
        return {
          value: value(of, (one) => one.middle),
          low: quantile(values, 0.025) as number,
          high: quantile(values, 0.975) as number,
        };
      };
      return {
        ...{ group, measure, k, extrapolated: k > TRUSTED_FACTOR * samples },
        predicted: estimate((draw) => draw.predicted),
        observed: estimate((draw) => draw.observed),
        difference: estimate((draw) => draw.predicted - draw.observed),
      };
    });
  };
  return [...rowsOf("all", byBand), ...byBand.flatMap((one) => rowsOf(one.band, [one]))];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
