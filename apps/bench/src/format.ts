import type { Estimate } from "./bootstrap-mean.ts";

/** A fraction in [0, 1] as a percentage; a dash where it is not known. */
export function percent(value: number | undefined, digits = 1): string {
  return value === undefined || Number.isNaN(value) ? "–" : `${(100 * value).toFixed(digits)} %`;
}

/** An estimate in [0, 1] as a percentage with its interval, for example `71.2 % [69.0, 73.4]`. */
export function percentWithInterval(estimate: Estimate | undefined, digits = 1): string {
  if (estimate === undefined) return "–";
  const [low, high] = [estimate.low, estimate.high].map((value) => (100 * value).toFixed(digits));
  return `${percent(estimate.value, digits)} [${low}, ${high}]`;
}

/** A difference of fractions in points with its interval and sign, for example `+10.3 [8.9, 11.8]`. */
export function pointsWithInterval(estimate: Estimate | undefined, digits = 1): string {
  if (estimate === undefined) return "–";
  const [value, low, high] = [estimate.value, estimate.low, estimate.high].map((v) => (100 * v).toFixed(digits));
  return `${estimate.value >= 0 ? "+" : ""}${value} [${low}, ${high}]`;
}

/** A number with a fixed number of digits; a dash where it is not known. */
export function decimal(value: number | undefined, digits = 1): string {
  return value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);
}

/** A whole number with thin groups of three digits, for example `12,345`. */
export function count(value: number | undefined): string {
  return value === undefined ? "–" : Math.round(value).toLocaleString("en-US");
}
