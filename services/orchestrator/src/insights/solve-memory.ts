import { createHash } from "node:crypto";
import {
  type Difficulty,
  type Outcome,
  type Plan,
  type Problem,
  questionOf,
  type StrategyLogEntry,
  savedAgainst,
} from "@reckon/core";

/** What is remembered of one solve. */
export interface RememberedSolve extends StrategyLogEntry {
  readonly tenantId: string;
  readonly meanSteps: number | undefined;
  /** Share of the votes that the answer has by number, in [0, 1]; `undefined` where nobody voted. */
  readonly agreement: number | undefined;
}

/** A solve that ended, with what was planned for it at the end. */
export interface EndedSolve {
  readonly tenantId: string;
  readonly solveId: string;
  readonly problem: Problem;
  readonly difficulty: Difficulty;
  readonly plan: Plan;
  readonly outcome: Outcome;
}

/** The latest solves of this process; the oldest make room. Adding one and finding one take constant time. */
export interface SolveMemory {
  add(ended: EndedSolve): void;
  /** Notes whether an answer was right; false where the tenant has no such solve here. */
  report(tenantId: string, solveId: string, correct: boolean): boolean;
  /** Solves of a tenant (of all where there is none), the newest first. */
  solves(tenantId?: string): RememberedSolve[];
  /** Solves of a tenant that were forgotten to make room. */
  forgotten(tenantId: string): number;
}

/** At about a kilobyte each. */
const defaultCapacity = 4_096;
const maxReasons = 8;
const maxReasonLength = 200;

/** Creates an empty memory. `nowMs`: milliseconds since 1970. */
export function createSolveMemory(nowMs: () => number = Date.now, capacity = defaultCapacity): SolveMemory {
  // A map keeps the order in which solves came: the first key is the oldest.
  const solves = new Map<string, RememberedSolve>();
  const forgotten = new Map<string, number>();
  return {
    add(ended) {
      solves.delete(ended.solveId);
      solves.set(ended.solveId, remember(ended, nowMs()));
      if (solves.size <= capacity) return;
      const [oldest] = solves.values();
      if (oldest === undefined) return;
      solves.delete(oldest.solveId);
      if (forgotten.size >= capacity && !forgotten.has(oldest.tenantId)) return;
      forgotten.set(oldest.tenantId, (forgotten.get(oldest.tenantId) ?? 0) + 1);
    },
    report(tenantId, solveId, correct) {
      const solve = solves.get(solveId);
      if (solve?.tenantId !== tenantId) return false;
      // Setting a key that is there keeps its place.
      solves.set(solveId, { ...solve, correct });
      return true;
    },
    solves: (tenantId) =>
      [...solves.values()].reverse().filter((solve) => tenantId === undefined || solve.tenantId === tenantId),
    forgotten: (tenantId) => forgotten.get(tenantId) ?? 0,
  };
}

/** Of the question's text and the tenant, so that nobody can look up another tenant's questions by guessing them. */
function questionHash(tenantId: string, problem: Problem): string {
  return createHash("sha256")
    .update(`${tenantId}\0${questionOf(problem)}`)
    .digest("hex")
    .slice(0, 16);
}

function remember(
  { tenantId, solveId, problem, difficulty, plan, outcome }: EndedSolve,
  nowMs: number,
): RememberedSolve {
  const { ledger, candidates, samplesVoted } = outcome;
  return {
    ...{ tenantId, solveId, endedAtMs: nowMs, questionHash: questionHash(tenantId, problem) },
    ...{ difficulty: difficulty.score, strategy: plan.strategy, method: plan.method, model: plan.model },
    ...{ plannedSamples: plan.samples, plannedWindow: plan.window },
    reasons: plan.reasons.slice(0, maxReasons).map((reason) => reason.slice(0, maxReasonLength)),
    ...{ stopReason: outcome.stopReason, confidence: outcome.confidence, meanSteps: outcome.meanSteps },
    ...{ samplesStarted: outcome.samplesStarted, samplesVoted },
    tokens:
      ledger.promptTokens +
      ledger.answerTokens +
      ledger.cancelledTokens +
      ledger.failedTokens +
      ledger.verifierTokens +
      (ledger.hedgedTokens ?? 0),
    tokensSaved: savedAgainst(plan, outcome).tokens,
    latencyMs: outcome.latencyMs,
    agreement: samplesVoted > 0 ? (candidates[0]?.samples ?? 0) / samplesVoted : undefined,
    correct: undefined,
  };
}
