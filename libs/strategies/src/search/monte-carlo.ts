import type { Path } from "./path.ts";
import { bestFirst } from "./rank.ts";
import { effectiveSize, systematicCounts, tempered } from "./resample.ts";
import type { SearchSession } from "./session.ts";

/** Particles are drawn anew when their effective number is below this part of them. */
const LEAST_EFFECTIVE = 0.5;
/** Steps during which `diverse` tempers the weights. */
const EARLY_STEPS = 3;

/**
 * Particle filtering over steps (Puri et al., arXiv 2502.01618): `samples` particles each add a step; a particle weighs as much
 * as its partial chain is worth by the verifier; where few particles carry most of the weight (effective size below half),
 * the population is drawn anew in proportion to it, systematically, so that good ones fork and bad ones end. Complete particles
 * stay in the population, as they are. All that is left votes. `diverse`: weights are tempered during the first steps.
 */
export async function monteCarlo(session: SearchSession): Promise<void> {
  let particles: Path[] = Array.from({ length: session.plan.samples }, () => session.begin());
  for (let round = 1; particles.some((path) => !path.isComplete); round += 1) {
    session.round();
    await Promise.all(particles.map((path) => session.extend(path)));
    particles = particles.filter((path) => path.end === undefined);
    const texts = new Set(particles.map(({ text }) => text));
    session.observeDiversity(texts.size, particles.length);
    const rated = await Promise.all(particles.map(async (path) => ({ path, worth: await session.score(path) })));
    if (session.mustFinish) return session.finish(bestFirst(rated).map(({ path }) => path));
    const known = rated.flatMap(({ worth }) => worth ?? []);
    const usual = known.length > 0 ? known.reduce((sum, worth) => sum + worth, 0) / known.length : 1;
    // A particle that nobody could score weighs as the others do.
    particles = drawAnew(
      session,
      particles,
      rated.map(({ worth }) => worth ?? usual),
      round,
    );
  }
  for (const path of particles) await session.vote(path);
}

function drawAnew(session: SearchSession, particles: Path[], weights: readonly number[], round: number): Path[] {
  const least = LEAST_EFFECTIVE * particles.length;
  if (particles.every((path) => path.isComplete) || effectiveSize(weights) >= least) return particles;
  const used = session.search.diverse && round <= EARLY_STEPS ? tempered(weights, least) : weights;
  const counts = systematicCounts(used, session.random.next());
  return particles.flatMap((path, i) => {
    const count = counts[i] as number;
    if (count > 0) {
      const state = session.stateOf(path);
      return [path, ...Array.from({ length: count - 1 }, () => session.begin(state))];
    }
    session.prune(path);
    return [];
  });
}
