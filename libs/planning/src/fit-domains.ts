import { logLossOf } from "@reckon/stats";
import { applyCalibrator, type Calibrator, type CalibratorScope, calibratorFor } from "./calibrator.ts";
import { type CalibrationSample, crossFit, fitCalibrator, fitLike, predictorOf } from "./fit-calibrator.ts";

/** A state whose domain may be known. */
export interface DomainSample extends CalibrationSample {
  readonly domain?: string | undefined;
}

/** Log loss, in nats, by which a domain's own calibrator must beat the one of all domains on problems held out. */
const WORTH_OF_DOMAIN = 0.005;

/**
 * The calibrator of all domains and, beside it, one for each domain whose own is better on problems held out; none where there
 * is too little to fit on.
 */
export function fitWithDomains(samples: readonly DomainSample[], scope: Omit<CalibratorScope, "domain">): Calibrator[] {
  const shared = fitCalibrator(samples, scope);
  if (shared === undefined) return [];
  const held = crossFit(samples, (rest) => predictorOf(fitLike(shared)(rest)));
  const domains = [...new Set(samples.flatMap(({ domain }) => domain ?? []))];
  const own = domains.flatMap((domain) => {
    const mine = samples.filter((sample) => sample.domain === domain);
    if (mine.length === samples.length) return [];
    const fitted = fitCalibrator(mine, { ...scope, domain });
    if (fitted === undefined) return [];
    const loss = logLossOf(crossFit(mine, (rest) => predictorOf(fitLike(fitted)(rest))));
    return loss < logLossOf(held.filter(({ sample }) => sample.domain === domain)) - WORTH_OF_DOMAIN ? [fitted] : [];
  });
  return [shared, ...own];
}

/** Probability of a state by the calibrators of its scope; `undefined` where none is for it. */
export function calibrated(
  calibrators: readonly Calibrator[],
  scope: CalibratorScope,
  { features, domain }: DomainSample,
): number | undefined {
  const calibrator = calibratorFor(calibrators, { ...scope, domain });
  return calibrator && applyCalibrator(calibrator, features);
}
