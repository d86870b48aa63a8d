import type { Prng } from "@reckon/stats";
import { type PathState, rootState } from "./path.ts";
import type { SearchSession } from "./session.ts";

/** How much an unvisited or little visited child is worth trying (UCB1's constant, sqrt 2, on values in [0, 1]). */
const EXPLORATION = Math.SQRT2;

/** A place in the tree: a chain after some steps, and what the simulations through it were worth. */
interface Node {
  readonly state: PathState;
  readonly parent: Node | undefined;
  readonly children: Node[];
  visits: number;
  value: number;
  /** Simulations under way through it, counted as worthless until they end, so that parallel ones spread. */
  pending: number;
  /** Children being made, counted as such. */
  growing: number;
  /** Values of simulations through children at the moment when each was made: what a new child is likely to be worth. */
  readonly firstValues: number[];
}

const nodeOf = (state: PathState, parent?: Node): Node => ({
  ...{ state, parent, children: [], visits: 0, value: 0, pending: 0, growing: 0, firstValues: [] },
});

/**
 * Tree search over steps, `samples` simulations: each goes down from the root, adds a child, rolls out to an answer, which
 * votes, and its worth by the verifier is backed up as a mean. A place with fewer than `expansions` children grows wider; else
 * UCB1 chooses among them, with virtual losses for simulations under way. `diverse`: adaptive branching (AB-MCTS-A, arXiv
 * 2503.04412): at each place a new child competes with those there are by Thompson sampling of Beta posteriors (Jeffreys'
 * prior), so that it is the scores that say whether to go wider or deeper. Same steps under one parent are one child.
 */
export async function tree(session: SearchSession): Promise<void> {
  const root = nodeOf(rootState);
  let left = session.plan.samples;
  const worker = async () => {
    while (left > 0 && !session.mustFinish) {
      left -= 1;
      session.round();
      await simulate(session, root);
    }
  };
  await Promise.all(Array.from({ length: Math.min(session.plan.window, left) }, worker));
  if (session.mustFinish && session.plan.samples > 0) await session.finish([]);
}

async function simulate(session: SearchSession, root: Node): Promise<void> {
  const node = descend(session, root);
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) at.pending += 1;
  node.growing += 1;
  const path = session.begin(node.state);
  await session.extend(path);
  const child = path.end === undefined && !path.isMidStep ? childOf(node, session.stateOf(path), session) : node;
  await session.rollout(path);
  const worth = await session.score(path);
  const value = path.isComplete ? Math.min(1, worth ?? 0.5) : 0;
  await session.vote(path);
  node.growing -= 1;
  if (child !== node) node.firstValues.push(value);
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) at.pending -= 1;
  for (let at: Node | undefined = child; at !== undefined; at = at.parent) {
    at.visits += 1;
    at.value += (value - at.value) / at.visits;
  }
}

/** The child with this text: one that is there, or a new one. */
function childOf(node: Node, state: PathState, session: SearchSession): Node {
  const same = node.children.find((child) => child.state.text === state.text);
  session.observeDiversity(
    same === undefined ? node.children.length + 1 : node.children.length,
    node.children.length + 1,
  );
  if (same !== undefined) return same;
  const child = nodeOf(state, node);
  node.children.push(child);
  return child;
}

/** The place to grow a child at. */
function descend(session: SearchSession, root: Node): Node {
  const choose = session.search.diverse ? thompson : ucb;
  let node = root;
  for (;;) {
    const next = choose(node, session);
    // A chain that is complete cannot go on: its place is grown again above.
    if (next === undefined || next.state.isComplete) return node;
    node = next;
  }
}

/** The child to go to, `undefined` to make another. */
function ucb(node: Node, { search }: SearchSession): Node | undefined {
  if (node.children.length + node.growing < search.expansions || node.children.length === 0) return undefined;
  const total = Math.log(Math.max(1, node.visits + node.pending));
  const worth = ({ visits, value, pending }: Node) => {
    const tries = visits + pending;
    return tries === 0 ? Number.POSITIVE_INFINITY : (value * visits) / tries + EXPLORATION * Math.sqrt(total / tries);
  };
  return node.children.reduce((best, child) => (worth(child) > worth(best) ? child : best));
}

function thompson(node: Node, { random }: SearchSession): Node | undefined {
  let best = betaDraw(random, node.firstValues);
  let chosen: Node | undefined;
  for (const child of node.children) {
    const draw = betaDraw(random, [child.value * child.visits], child.visits + child.pending);
    if (draw > best) [best, chosen] = [draw, child];
  }
  return chosen;
}

/** A draw from the posterior of a mean of values in [0, 1], `count` of them: Beta(1/2 + sum, 1/2 + count - sum). */
function betaDraw(random: Prng, values: readonly number[], count = values.length): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const a = gammaDraw(random, 0.5 + sum);
  return a / (a + gammaDraw(random, 0.5 + Math.max(0, count - sum)));
}

/** A draw from Gamma(shape, 1), shape > 0: Marsaglia and Tsang 2000, with their boost below 1. */
function gammaDraw(random: Prng, shape: number): number {
  if (shape < 1) return gammaDraw(random, shape + 1) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
