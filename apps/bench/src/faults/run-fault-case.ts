import type { Ledger, Outcome, Reckon } from "@reckon/client";
import type { ModelServer, UsageRecord } from "@reckon/service-model-server";
import { forEachParallel } from "../for-each-parallel.ts";
import { isRight, solveSeed, type TestProblem } from "../problems.ts";
import type { FaultCase } from "./fault-cases.ts";

/** How one solve went: it has an answer, an outcome without one, an error, or nothing at all. */
export type SolveFate = "answered" | "unanswered" | "failed" | "hung";

/** One solve under faults. */
export interface FaultedSolve {
  readonly id: string;
  readonly fate: SolveFate;
  readonly correct: boolean;
  readonly latencyMs: number;
  readonly stopReason: string | undefined;
  /** The code of the error, or why there is no answer. */
  readonly why: string | undefined;
  readonly samplesFailed: number;
  /** What the outcome admits to have done worse than planned. */
  readonly degradations: readonly string[];
  readonly ledger: Ledger | undefined;
  /** What the model server has counted for this problem. */
  readonly server: ServerAccount;
}

/** Tokens as the model server counts them. */
export interface ServerAccount {
  outputTokens: number;
  promptTokens: number;
}

/** What a case is run with. */
export interface FaultRun {
  readonly reckon: Reckon;
  readonly server: ModelServer;
  /** Filled by the server's `onEnd`, by question. */
  readonly accounts: Map<string, ServerAccount>;
  readonly problems: readonly TestProblem[];
  readonly parallel: number;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly progress: (done: number) => void;
}

/** A solve whose deadline has long passed is hung. */
const graceMs = 20_000;
const settleMs = 30_000;

/** Solves all problems while the server shows the faults of a case, and lays the ledgers beside the server's accounts. */
export async function runFaultCase(faultCase: FaultCase, run: FaultRun): Promise<FaultedSolve[]> {
  const { server, accounts, problems } = run;
  accounts.clear();
  server.setFaults(faultCase.plan);
  let done = 0;
  const solves = await forEachParallel(problems, run.parallel, async (problem, index) => {
    const solve = await solveOne(problem, index, run);
    done += 1;
    run.progress(done);
    return solve;
  });
  await idle(server);
  server.setFaults({});
  return solves.map((solve, i) => {
    const { prompt } = problems[i] as TestProblem;
    return { ...solve, server: accounts.get(prompt) ?? { outputTokens: 0, promptTokens: 0 } };
  });
}

/** Adds what a request has used to the account of its question. */
export function bookRequest(accounts: Map<string, ServerAccount>, record: UsageRecord): void {
  if (record.question === undefined) return;
  const account = accounts.get(record.question) ?? { outputTokens: 0, promptTokens: 0 };
  account.outputTokens += record.completionTokens;
  account.promptTokens += record.promptTokens - record.cachedPromptTokens;
  accounts.set(record.question, account);
}

/** All output tokens of a ledger, in whatever role. */
export function outputTokensOf(ledger: Ledger): number {
  return ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens + (ledger.hedgedTokens ?? 0);
}

/** Whether the ledger says what the server has counted, to the token; `undefined` where there is no ledger. */
export function isLedgerRight({ ledger, server }: FaultedSolve): boolean | undefined {
  if (ledger === undefined) return undefined;
  return outputTokensOf(ledger) === server.outputTokens && ledger.promptTokens === server.promptTokens;
}

async function solveOne(problem: TestProblem, index: number, run: FaultRun): Promise<Omit<FaultedSolve, "server">> {
  const startedAt = performance.now();
  const solve = run.reckon.solve(problem.prompt, {
    omitThoughts: true,
    timeoutMs: run.timeoutMs,
    seed: solveSeed(run.seed, index),
  });
  const giveUp = Promise.withResolvers<"hung">();
  const timer = setTimeout(() => giveUp.resolve("hung"), run.timeoutMs + graceMs);
  const how = await Promise.race([
    solve.outcome().catch((thrown: unknown) => thrown as Error & { code?: string }),
    giveUp.promise,
  ]);
  clearTimeout(timer);
  const base = {
    id: problem.id,
    latencyMs: performance.now() - startedAt,
    samplesFailed: 0,
    degradations: [],
    correct: false,
  };
  if (how === "hung") {
    solve.abort();
    return { ...base, fate: "hung", stopReason: undefined, why: "no outcome", ledger: undefined };
  }
  if (how instanceof Error) {
    const why = `${how.code ?? how.name}: ${how.message}`;
    return { ...base, fate: "failed", stopReason: undefined, why, ledger: undefined };
  }
  const { answer, stopReason, failure, samplesFailed, degradations, ledger }: Outcome = how;
  const fate = answer === undefined ? "unanswered" : "answered";
  const correct = isRight(answer, problem);
  return { ...base, fate, correct, stopReason, why: failure, samplesFailed, degradations, ledger };
}

/** Waits until the server has nothing to do: what clients have left is cut off soon after. */
async function idle(server: ModelServer): Promise<void> {
  const until = performance.now() + settleMs;
  while (performance.now() < until) {
    const { running, waiting } = server.counts();
    if (running + waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
