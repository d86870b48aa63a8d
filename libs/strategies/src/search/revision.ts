import type { Message } from "@reckon/core";
import { type Path, type PathState, rootState, stepsOf } from "./path.ts";
import type { SearchSession } from "./session.ts";

/** What makes a model think on after it has answered (s1, arXiv 2501.19393). */
const THINK_ON = "\nWait";
/** An attempt whose every step is at least this likely right is left as it is. */
const GOOD_ENOUGH = 0.9;
/** Earlier attempts that a model is shown at most (arXiv 2408.03314, section 6). */
const IN_VIEW = 4;
const ASK_AGAIN =
  "Look at your answer again, step by step. Where a step is wrong, put it right and go on from there; then state the answer " +
  "as before.";

/**
 * Sequential revision (Snell et al., arXiv 2408.03314, section 6): lines of up to `attempts` attempts in a row, each with
 * earlier ones in view; all attempts vote, and several lines run at once. Where a process reward model scores steps and the
 * model continues from a prefix, an attempt keeps the steps before the first doubtful one and goes on from there; else the model
 * is shown its last attempts, up to four, and asked to look again. `diverse` is budget forcing (s1, arXiv 2501.19393): the end of
 * an attempt is taken back, and the same chain thinks on after "Wait".
 */
export async function revision(session: SearchSession): Promise<void> {
  const { attempts } = session.search;
  const lines = Math.max(1, Math.ceil(session.plan.samples / attempts));
  let left = session.plan.samples;
  const line = async () => {
    const shown: string[] = [];
    let from: PathState = rootState;
    for (let attempt = 0; attempt < attempts && left > 0; attempt += 1) {
      left -= 1;
      session.round();
      const path = nextAttempt(session, from, shown);
      await session.rollout(path);
      const { text, isComplete } = path;
      const worth = await session.score(path);
      const scores = session.stepScores(path);
      await session.vote(path);
      if (!isComplete) return;
      if (session.search.diverse) from = { ...rootState, text: `${text.trimEnd()}${THINK_ON}`, logprob: undefined };
      else if (worth === undefined) shown.push(text);
      else {
        const doubtful = firstDoubtful(scores);
        if (doubtful === undefined) return;
        from = keeping(text, doubtful);
      }
    }
  };
  await Promise.all(Array.from({ length: lines }, line));
}

function nextAttempt(session: SearchSession, from: PathState, shown: readonly string[]): Path {
  if (shown.length === 0) return session.begin(from);
  const asked: Message[] = shown.slice(-IN_VIEW).flatMap((text) => [
    { role: "assistant" as const, content: text },
    { role: "user" as const, content: ASK_AGAIN },
  ]);
  return session.beginWith(asked);
}

/** The step to go back to: the first that is more likely wrong than right, else the worst; none where all are good. */
export function firstDoubtful(scores: readonly number[]): number | undefined {
  const wrong = scores.findIndex((score) => score < 0.5);
  if (wrong >= 0) return wrong;
  const worst = Math.min(...scores);
  return worst < GOOD_ENOUGH ? scores.indexOf(worst) : undefined;
}

function keeping(text: string, steps: number): PathState {
  if (steps === 0) return rootState;
  const kept = stepsOf(text).slice(0, steps).join("\n");
  return { text: kept, isComplete: false, logprob: undefined, logprobCount: 0, scoredAs: undefined };
}
