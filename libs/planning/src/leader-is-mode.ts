import { logGamma, regularisedBeta, regularisedGamma } from "@reckon/stats";

/** Terms below this part of the sum change nothing. */
const NEGLIGIBLE = 1e-18;

/**
 * Probability that the first of several answers is the likeliest one, when the chances of all have a Dirichlet distribution
 * with these parameters (each > 0; votes, or the mass of answers not seen yet): P(p_1 > max of the others). With
 * p_i = g_i / sum g, g_i ~ Gamma(a_i), it is the integral of the density of g_1 times the distribution functions of the others,
 * taken over log x by the trapezoid rule, which converges geometrically for it; about 1e-12. Two answers: 1 - I_0.5(a_1, a_2).
 * 1 where there is no other.
 */
export function leaderIsMode(leader: number, others: readonly number[]): number {
  const rivals = others.filter((mass) => mass > 0);
  if (rivals.length === 0) return 1;
  if (rivals.length === 1) return 1 - regularisedBeta(0.5, leader, rivals[0] as number);
  const norm = logGamma(leader);
  const density = (s: number) => {
    const x = Math.exp(s);
    return rivals.reduce((p, mass) => p * regularisedGamma(mass, x), Math.exp(leader * s - x - norm));
  };
  // As fine as the sharpest of density and distribution functions, which are about 1 / sqrt(a) wide in log x.
  const step = Math.min(0.2, 0.4 / Math.sqrt(Math.max(leader, ...rivals)));
  const centre = Math.log(Math.max(leader, ...rivals));
  let sum = density(centre);
  for (const direction of [-1, 1]) {
    for (let i = 1; i < 5_000; i += 1) {
      const term = density(centre + direction * i * step);
      sum += term;
      if (term <= NEGLIGIBLE * sum && i * step > 1) break;
    }
  }
  return Math.min(1, sum * step);
}

/** The evidence for the leader being the mode as a Bayes factor against k answers that are alike: k P / (1 - P) (Best-of-infinity, ICLR 2026). */
export function bayesFactorOf(probability: number, answers: number): number {
  return probability >= 1 ? Number.POSITIVE_INFINITY : (answers * probability) / (1 - probability);
}
