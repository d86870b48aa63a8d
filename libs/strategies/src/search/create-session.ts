import type { SearchPlan } from "@reckon/core";
import type { Path } from "./path.ts";
import type { SearchParts } from "./search-parts.ts";
import { LAST_PATH } from "./segments.ts";
import type { SearchSession } from "./session.ts";

/** What a session asks the run that it belongs to. */
export interface RunState {
  /** The ledger had no room for a continuation. */
  readonly isDry: () => boolean;
  /** Most of the time is over. */
  readonly isLate: () => boolean;
}

const noSearch: SearchPlan = {
  expansions: 1,
  lookAhead: 0,
  diverse: false,
  attempts: 1,
  rejectEarly: false,
  drafts: 0,
};

/** Creates the session that a method of search works with. */
export function createSearchSession(parts: SearchParts, state: RunState): SearchSession {
  const { desk, plans, warmth, verification, gauge, ledger, random } = parts;
  let finishing = false;
  const temperature = () => (plans.plan.temperature === 0 ? 0 : Math.min(2, plans.plan.temperature + warmth.extra));

  const session: SearchSession = {
    random,
    get plan() {
      return plans.plan;
    },
    get search() {
      return plans.plan.search ?? noSearch;
    },
    get mustFinish() {
      return state.isDry() || state.isLate() || verification.judge?.working !== true;
    },
    begin: (from) => desk.begin(from),
    beginWith: (messages) => desk.begin(undefined, messages),
    stateOf: desk.stateOf,
    async extend(path, options) {
      if (finishing || !session.mustFinish) await desk.extend(path, true, options?.temperature ?? temperature());
    },
    async rollout(path, options) {
      if (finishing || !state.isDry()) await desk.extend(path, false, options?.temperature ?? temperature());
    },
    score: desk.score,
    stepScores: (path) =>
      [...(verification.judge?.stepScoresOf(path.sample) ?? [])].sort(([a], [b]) => a - b).map(([, s]) => s),
    vote: desk.vote,
    prune: (path) => desk.end(path, "pruned"),
    observeDiversity: warmth.observe,
    round() {
      const relief = gauge.read(plans.plan);
      if (relief === undefined) return;
      plans.degrade(relief.detail, relief.plan);
      if (relief.plan.verificationRounds === 0) verification.drop();
    },
    async finish(paths) {
      finishing = true;
      const open = paths.filter((path) => path.end === undefined);
      const bringHome = async (path: Path) => {
        await desk.extend(path, false, open.length === 1 ? 0 : plans.plan.temperature);
        if (path.isComplete) await desk.vote(path);
        else desk.end(path, "pruned");
      };
      if (!state.isDry()) {
        await Promise.all(open.map(bringHome));
        return;
      }
      ledger.release(LAST_PATH);
      const [best, ...others] = [...open.filter((path) => path.isComplete), ...open.filter((path) => !path.isComplete)];
      for (const path of others) {
        if (path.isComplete) await desk.vote(path);
        else session.prune(path);
      }
      if (best !== undefined) await bringHome(best);
    },
  };
  return session;
}
