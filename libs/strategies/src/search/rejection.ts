import type { Path } from "./path.ts";
import { bestFirst } from "./rank.ts";
import type { SearchSession } from "./session.ts";

/** The part that is dropped at a checkpoint (arXiv 2410.20290). */
const DROPPED = 0.5;
/** The first checkpoint, in steps; the next ones at twice as many each. */
const FIRST_CHECKPOINT = 1;
/** So many samples are always left to vote. */
const LEAST_LEFT = 2;

/**
 * Best-of-N with speculative rejection (Sun et al., arXiv 2410.20290): all samples grow together, and at checkpoints after 1, 2,
 * 4, ... steps the half whose partial chains are worth least by the verifier is dropped. What is left is completed and votes.
 */
export async function rejection(session: SearchSession): Promise<void> {
  let paths: Path[] = Array.from({ length: session.plan.samples }, () => session.begin());
  let checkpoint = FIRST_CHECKPOINT;
  for (let step = 1; paths.some((path) => !path.isComplete); step += 1) {
    session.round();
    await Promise.all(paths.map((path) => session.extend(path)));
    paths = paths.filter((path) => path.end === undefined);
    if (session.mustFinish || step === checkpoint) {
      const rated = bestFirst(
        await Promise.all(paths.map(async (path) => ({ path, worth: await session.score(path) }))),
      );
      if (session.mustFinish) return session.finish(rated.map(({ path }) => path));
      const left = Math.max(Math.min(LEAST_LEFT, paths.length), Math.ceil(paths.length * (1 - DROPPED)));
      for (const { path } of rated.slice(left)) session.prune(path);
      paths = rated.slice(0, left).map(({ path }) => path);
      checkpoint *= 2;
    }
    if (paths.length <= LEAST_LEFT) break;
  }
  await Promise.all(
    paths.map(async (path) => {
      await session.rollout(path);
      await session.vote(path);
    }),
  );
}
