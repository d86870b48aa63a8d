import type { SearchMethod } from "./session.ts";

/**
 * A search that begins only where whole samples leave doubt: `drafts` of them, one after the other, each with its vote; the plan's stop rule ends the solve
 * as soon as they are enough for it. Their votes count beside those of the search. Most questions need no search, and those that do lose
 * a sample or two: the cascade of FrugalGPT (Chen et al., arXiv 2305.05176), with methods in place of models.
 */
export function afterDrafts(drafts: number, search: SearchMethod): SearchMethod {
  return async (session) => {
    for (let draft = 0; draft < drafts && !session.mustFinish; draft += 1) {
      const path = session.begin();
      // Under a limit each continuation has a share of what is left, which a long chain may need twice.
      while (path.end === undefined && !path.isComplete && !session.mustFinish) await session.rollout(path);
      await session.vote(path);
    }
    await search(session);
  };
}
