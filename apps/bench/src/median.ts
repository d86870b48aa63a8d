import { quantile } from "@reckon/stats";

/** The median; `undefined` where there are no values. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}
