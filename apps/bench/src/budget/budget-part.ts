import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReckon, type Ledger, type Outcome, type Reckon, type SolveOptions } from "@reckon/client";
import { createModelServer, type ModelServer, type UsageRecord } from "@reckon/service-model-server";
import { startCluster } from "../cluster/start-cluster.ts";
import { forEachParallel } from "../for-each-parallel.ts";
import { count } from "../format.ts";
import { integerFlag } from "../integer-flag.ts";
import type { Table } from "../markdown-table.ts";
import type { Part } from "../part.ts";

/** What the model servers have spent on one question, by their own count. */
interface Account {
  requests: number;
  promptTokens: number;
  outputTokens: number;
}

/** One way of setting the limit. */
interface Case {
  readonly name: string;
  readonly options: SolveOptions;
  /** The limit and what counts against it, by the model servers. */
  readonly limit: number;
  readonly spent: (account: Account) => number;
  /** All solves live on one limit, in one call. */
  readonly shared?: boolean;
}

/** What came of a case. */
interface Result {
  readonly name: string;
  readonly limit: number;
  readonly solves: number;
  readonly answered: number;
  readonly stoppedByBudget: number;
  /** The most that one question cost (all together where they share), by the servers' count. */
  readonly most: number;
  readonly over: number;
  readonly wrongLedgers: number;
  readonly requests: number;
  readonly hedges: number;
  readonly hedgedTokens: number;
  readonly ledgerTokens: number;
  readonly serverTokens: number;
}

const maxOutput = (ledger: Ledger) =>
  ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens + (ledger.hedgedTokens ?? 0);

/** Whether a hard limit is never passed, by the count of the model servers themselves. */
export const budgetPart: Part = {
  name: "budget",
  summary:
    "hard limits on tokens and calls over many solves at once with hedging on: what the model servers count against what ledgers say",
  flags: { count: { type: "string" }, limit: { type: "string" }, parallel: { type: "string" } },
  async run(flags, progress) {
    const solves = integerFlag(flags, "count", 500, 1, 10_000);
    const limit = integerFlag(flags, "limit", 2_000, 50, 10_000_000);
    const parallel = integerFlag(flags, "parallel", solves, 1, 10_000);
    const results = await runCases(casesOf(limit, solves), solves, parallel, progress);
    return {
      title: "Hard budgets",
      notes: [
        `${solves} solves, ${parallel} at once, each of up to 64 samples (8 at once) of up to 600 tokens, no early stop, so that the budget ends them; a pool of two stub replicas, first tokens slow on one request of four, hedging on; each solve has a question of its own, by which the servers tell whose tokens they are`,
        "most: what the dearest solve cost by the servers' own count, cancelled and hedged requests included; over: solves beyond their limit; wrong ledgers: solves whose ledger differs from the servers' count by a token or more, or has fewer calls than reached them (one that is cut off before it arrives is a call too)",
      ],
      tables: [table(results)],
      figures: { results },
    };
  },
};

function casesOf(limit: number, solves: number): Case[] {
  const base: SolveOptions = {
    ...{ method: "self-consistency", samples: 64, window: 8, maxSteps: 64, verificationRounds: 0 },
    ...{ earlyStopping: false, difficulty: 0.5, timeoutMs: 300_000, omitThoughts: true },
  };
  const output = { spent: (account: Account) => account.outputTokens };
  const total = {
    spent: (account: Account) => account.outputTokens + account.promptTokens,
  };
  const shared = 50 * limit;
  return [
    { name: "output tokens", options: { ...base, maxOutputTokens: limit }, limit, ...output },
    { name: "all tokens", options: { ...base, maxTotalTokens: limit }, limit, ...total },
    {
      name: "model calls",
      options: { ...base, maxCalls: 10 },
      limit: 10,
      spent: ({ requests }) => requests,
    },
    { name: `one batch of ${solves}, all tokens`, options: { ...base }, limit: shared, ...total, shared: true },
  ];
}

async function runCases(
  cases: readonly Case[],
  solves: number,
  parallel: number,
  progress: (line: string) => void,
): Promise<Result[]> {
  const accounts = new Map<string, Account>();
  const onEnd = (record: UsageRecord) => book(accounts, record);
  // Every fourth request is slow to begin; beside that, what is slower than half of the others is hedged too, so that there
  // are many hedges of which both requests generate.
  const faults = { seed: 1, faults: [{ kind: "slow-first-byte" as const, rate: 0.25, delay_ms: 300 }] };
  const stub = { texts: chains(), tokensPerSecond: 2_000, firstTokenMs: 20 };
  const servers = [await createModelServer({ stub, onEnd, faults }), await createModelServer({ stub, onEnd, faults })];
  const folder = await mkdtemp(join(tmpdir(), "reckon-budget-"));
  try {
    const file = join(folder, "reckon.toml");
    await writeFile(file, configOf(servers, solves));
    const cluster = await startCluster({ env: { RECKON_CONFIG: file } });
    try {
      const reckon = createReckon({ url: cluster.url });
      // Hedges begin once it is known what is slow.
      await forEachParallel(questions("warm", 32), 8, (prompt) => reckon.solve(prompt, { samples: 8 }).outcome());
      const results: Result[] = [];
      for (const one of cases) {
        progress(one.name);
        accounts.clear();
        const prompts = questions(one.name, solves);
        results.push(await runCase(one, { reckon, prompts, parallel, servers, accounts }));
      }
      return results;
    } finally {
      await cluster.stop();
    }
  } finally {
    for (const server of servers) await server.close();
    await rm(folder, { recursive: true });
  }
}

interface CaseRun {
  readonly reckon: Reckon;
  readonly prompts: readonly string[];
  readonly parallel: number;
  readonly servers: readonly ModelServer[];
  readonly accounts: ReadonlyMap<string, Account>;
}

interface Ended {
  readonly prompt: string;
  readonly ledger: Ledger;
  readonly samplesStarted: number;
  readonly answered: boolean;
  readonly stopReason: string | undefined;
}

async function runCase(one: Case, run: CaseRun): Promise<Result> {
  const ended = one.shared ? await solveShared(one, run) : await solveEach(one, run);
  await idle(run.servers);
  const accountOf = (prompt: string) => run.accounts.get(prompt) ?? { requests: 0, promptTokens: 0, outputTokens: 0 };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const spent = run.prompts.map((prompt) => one.spent(accountOf(prompt)));
  const perLimit = one.shared ? [sum(spent)] : spent;
  const accounts = run.prompts.map(accountOf);
  return {
    name: one.name,
    limit: one.limit,
    solves: ended.length,
    answered: ended.filter(({ answered }) => answered).length,
    stoppedByBudget: ended.filter(({ stopReason }) => stopReason === "budget").length,
    most: Math.max(...perLimit),
    over: perLimit.filter((value) => value > one.limit).length,
    wrongLedgers: ended.filter(({ prompt, ledger }) => isWrong(ledger, accountOf(prompt))).length,
    requests: sum(accounts.map(({ requests }) => requests)),
    hedges: sum(ended.map(({ ledger, samplesStarted }) => ledger.calls - samplesStarted)),
    hedgedTokens: sum(ended.map(({ ledger }) => ledger.hedgedTokens ?? 0)),
    ledgerTokens: sum(ended.map(({ ledger }) => maxOutput(ledger) + ledger.promptTokens)),
    serverTokens: sum(accounts.map(({ outputTokens, promptTokens }) => outputTokens + promptTokens)),
  };
}

async function solveEach({ options }: Case, { reckon, prompts, parallel }: CaseRun): Promise<Ended[]> {
  return forEachParallel(prompts, parallel, async (prompt) => {
    const outcome = await reckon.solve(prompt, options).outcome();
    return { prompt, ...brief(outcome) };
  });
}

async function solveShared({ options, limit }: Case, { reckon, prompts, parallel }: CaseRun): Promise<Ended[]> {
  const items = prompts.map((problem) => ({ problem, options }));
  const ended: Ended[] = [];
  const batch = reckon.solveBatch(items, { maxParallel: Math.min(256, parallel), maxTotalTokens: limit });
  for await (const news of batch) {
    if (news.type !== "item-ended") continue;
    if (news.outcome === undefined) throw new Error(`item ${news.id} failed: ${news.failure.message}`);
    ended.push({ prompt: prompts[Number(news.id)] as string, ...brief(news.outcome) });
  }
  return ended;
}

/** Whether a ledger differs from the servers' count by a token, or has fewer calls than reached them. */
function isWrong(ledger: Ledger, { promptTokens, outputTokens, requests }: Account): boolean {
  return maxOutput(ledger) !== outputTokens || ledger.promptTokens !== promptTokens || ledger.calls < requests;
}

function brief({ ledger, samplesStarted, answer, stopReason }: Outcome) {
  return { ledger, samplesStarted, answered: answer !== undefined, stopReason };
}

function book(accounts: Map<string, Account>, record: UsageRecord): void {
  if (record.question === undefined) return;
  const account = accounts.get(record.question) ?? { requests: 0, promptTokens: 0, outputTokens: 0 };
  account.requests += 1;
  account.outputTokens += record.completionTokens;
  account.promptTokens += record.promptTokens - record.cachedPromptTokens;
  accounts.set(record.question, account);
}

/** Questions that nobody else asks. */
function questions(name: string, solves: number): string[] {
  return Array.from({ length: solves }, (_, i) => `What is ${i} * 17, by ${name}?`);
}

/** Chains of very different lengths, 20 to 600 tokens, whose answers differ. */
function chains(): string[] {
  return Array.from({ length: 16 }, (_, i) => `${"so 1 + 1 = 2\n".repeat(2 + i * 6)}Answer: ${i}`);
}

function configOf(servers: readonly ModelServer[], solves: number): string {
  const endpoints = servers.map(({ url }) => `"${url}/v1"`).join(", ");
  return [
    ...["[pools.stub]", 'kind = "vllm"', `endpoints = [${endpoints}]`, "hedge = true", "max_parallel = 4096"],
    ...["[routing]", "hedge_max_share = 1.0", "hedge_quantile = 0.5", "hedge_min_delay = 0.0"],
    ...["max_queued_samples = 1000000", "[admission]", `max_solves = ${2 * solves}`, "degrade = false", ""],
  ].join("\n");
}

/** Waits until the servers have nothing to do: what was cancelled is cut off soon after. */
async function idle(servers: readonly ModelServer[]): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const busy = servers.some((server) => server.counts().running + server.counts().waiting > 0);
    if (!busy) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function table(results: readonly Result[]): Table {
  return {
    caption: "What was spent under a hard limit",
    columns: [
      ...["limit on", "limit", "solves", "answered", "ended by it", "most", "over", "wrong ledgers", "requests"],
      ...["hedges", "tokens of hedges", "tokens, ledgers", "tokens, servers"],
    ],
    rows: results.map((one) => [
      ...[one.name, count(one.limit), count(one.solves), count(one.answered), count(one.stoppedByBudget)],
      ...[count(one.most), count(one.over), count(one.wrongLedgers), count(one.requests), count(one.hedges)],
      ...[count(one.hedgedTokens), count(one.ledgerTokens), count(one.serverTokens)],
    ]),
  };
}
