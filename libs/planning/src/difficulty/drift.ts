/** A two-sided CUSUM of standardised residuals, and how often it has struck. */
export interface DriftState {
  /** Sum of how far more was wrong than expected; >= 0. */
  readonly harder: number;
  /** Sum of how far less was wrong than expected; >= 0. */
  readonly easier: number;
  /** Outcomes since the last strike, or since the beginning. */
  readonly since: number;
  readonly strikes: number;
  /** When the last one was, in milliseconds since 1970. */
  readonly lastAtMs: number | undefined;
}

/** Whether questions have become harder or easier than what was learned. */
export type Drift = "harder" | "easier";

/** Nothing seen. */
export const noDrift: DriftState = { harder: 0, easier: 0, since: 0, strikes: 0, lastAtMs: undefined };

/** Deviations that pass unnoticed: half of the shift that is looked for, 0.7 standard deviations. */
const ALLOWANCE = 0.35;
/**
 * Where it strikes. By Siegmund's approximation of the run length a false alarm comes once in about 20,000 outcomes whose
 * residuals are standard normal, and a shift of one standard deviation is seen after about 20.
 */
const THRESHOLD = 12;
/** One outcome never weighs more, in standard deviations. */
const MAX_RESIDUAL = 3;
/** What is learned first is no drift. */
const WARM_UP = 30;

/**
 * The state after one outcome, and the drift where there is one: Page's cumulative sums (Biometrika 41, 1954) over residuals,
 * observed minus expected error in standard deviations. A strike begins the sums anew.
 */
export function watchDrift(
  state: DriftState,
  residual: number,
  atMs: number,
): { readonly state: DriftState; readonly drift: Drift | undefined } {
  const since = state.since + 1;
  if (since <= WARM_UP) return { state: { ...state, since }, drift: undefined };
  const bounded = Math.max(-MAX_RESIDUAL, Math.min(MAX_RESIDUAL, residual));
  const harder = Math.max(0, state.harder + bounded - ALLOWANCE);
  const easier = Math.max(0, state.easier - bounded - ALLOWANCE);
  const drift = harder >= THRESHOLD ? "harder" : easier >= THRESHOLD ? "easier" : undefined;
  if (drift === undefined) return { state: { ...state, harder, easier, since }, drift };
  return { state: { harder: 0, easier: 0, since: 0, strikes: state.strikes + 1, lastAtMs: atMs }, drift };
}
