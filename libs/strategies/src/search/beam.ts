import type { Path } from "./path.ts";
import { bestFirst, distinct, type Rated } from "./rank.ts";
import type { SearchSession } from "./session.ts";

/** A step of at least this probability would be repeated by most of its siblings. */
const CERTAIN = 0.95;

/**
 * Beam search over steps by a process reward model (Snell et al., arXiv 2408.03314, section 5): every kept path goes on in
 * `expansions` ways, the best `samples` of all of them are kept, until each has stated its answer; their answers vote. With
 * `lookAhead` k a path is judged by where k greedy steps lead it. `diverse` searches `samples` independent subtrees of one path
 * each instead (DVTS, of Hugging Face's search-and-learn): worse paths, but more different ones.
 */
export async function beam(session: SearchSession): Promise<void> {
  const { samples } = session.plan;
  if (session.search.diverse) {
    await Promise.all(Array.from({ length: samples }, () => searchFrom(session, [session.begin()], 1)));
    return;
  }
  await searchFrom(session, [session.begin()], samples);
}

async function searchFrom(session: SearchSession, roots: readonly Path[], width: number): Promise<void> {
  const { expansions } = session.search;
  let frontier = roots;
  let places = width;
  // Nothing tells the first steps of one root apart but themselves: as many as all kept paths will have children.
  let children = width * expansions;
  while (frontier.length > 0 && places > 0) {
    session.round();
    const kept = frontier;
    const candidates = (await Promise.all(frontier.map((path) => branch(session, path, children)))).flat();
    const rated = session.mustFinish ? [] : await rate(session, distinct(session, candidates));
    if (session.mustFinish)
      return session.finish(
        bestFirst(await rateAll(session, [...kept, ...candidates]))
          .slice(0, places)
          .map(({ path }) => path),
      );
    const best = bestFirst(rated);
    for (const { path } of best.slice(places)) session.prune(path);
    const chosen = best.slice(0, places).map(({ path }) => path);
    const complete = chosen.filter((path) => path.isComplete);
    places -= complete.length;
    for (const path of complete) await session.vote(path);
    frontier = chosen.filter((path) => !path.isComplete && path.end === undefined);
    children = expansions;
  }
}

/**
 * A path goes on in `count` ways. The first goes ahead: where the model was as good as certain of that step, the others would
 * only repeat it, and are not paid for.
 */
async function branch(session: SearchSession, path: Path, count: number): Promise<Path[]> {
  const before = session.stateOf(path);
  await session.extend(path);
  const after = session.stateOf(path);
  const isKnown =
    before.logprob !== undefined && after.logprob !== undefined && after.logprobCount > before.logprobCount;
  const isCertain = isKnown && Math.exp((after.logprob ?? 0) - (before.logprob ?? 0)) >= CERTAIN;
  if (count === 1 || isCertain || session.mustFinish) return [path];
  const others = Array.from({ length: count - 1 }, () => session.begin(before));
  await Promise.all(others.map((other) => session.extend(other)));
  return [path, ...others];
}

/** What paths are worth, as they stand or some greedy steps later. */
async function rate(session: SearchSession, paths: readonly Path[]): Promise<Rated[]> {
  const { lookAhead } = session.search;
  return Promise.all(
    paths.map(async (path) => {
      const now = await session.score(path);
      if (lookAhead === 0 || path.isComplete) return { path, worth: now };
      const scout = session.begin(session.stateOf(path));
      for (let i = 0; i < lookAhead && !scout.isComplete; i += 1) await session.extend(scout, { temperature: 0 });
      const then = await session.score(scout);
      session.prune(scout);
      return { path, worth: then ?? now };
    }),
  );
}

async function rateAll(session: SearchSession, paths: readonly Path[]): Promise<Rated[]> {
  const open = [...new Set(paths)].filter((path) => path.end === undefined);
  return Promise.all(open.map(async (path) => ({ path, worth: await session.score(path) })));
}
