import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "@reckon/client";
import { BreakerState, ModelService } from "@reckon/proto/reckon/model/v1/model";
import { createRpcClient, type RpcClient } from "@reckon/rpc";
import { eventually, findRedisServer, type RedisServer, startRedis } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Balancer, startBalancer } from "./balancer.ts";
import { type Clients, type SolveReport, startClients } from "./clients.ts";
import { freePort, type Phoenix, phoenixModelServer, phoenixService } from "./phoenix.ts";

/** Kills of each kind of process; `npm run test:chaos` asks for 25. */
const kills = Number(process.env["RECKON_CHAOS_KILLS"] ?? 0);
const hasRedis = findRedisServer() !== undefined;
if (kills > 0 && !hasRedis) console.warn("left out: kill -9 under load (there is no redis-server here)");

const clientCount = 6;
const samples = 6;
/** `[fallbacks] max_retries`: samples that may be made anew in place of failed ones. */
const replacements = 2;
// Far above what a busy machine delays a sign of life by.
const leaseSeconds = 3;
const options = {
  method: "self-consistency",
  samples,
  window: 3,
  earlyStopping: false,
  difficulty: 0.4,
  timeoutMs: 20_000,
} as const;
/** No solve takes longer: its own limit, and the time that its end may take to be found. */
const longestMs = 40_000;

describe.skipIf(kills === 0 || !hasRedis)(`kill -9 under load, ${kills} times each`, () => {
  const folder = mkdtempSync(join(tmpdir(), "reckon-chaos-"));
  const tokensByQuestion = new Map<string, number>();
  const requestsByQuestion = new Map<string, number>();
  const logs: string[] = [];
  let redis: RedisServer;
  let balancer: Balancer;
  let model: RpcClient<typeof ModelService>;
  let clients: Clients;
  let orchestrators: Phoenix[] = [];
  let modelServers: Phoenix[] = [];
  let verifier: Phoenix;
  let modelProxy: Phoenix;
  let difficulty: Phoenix;
  const all = () => [...orchestrators, ...modelServers, verifier, modelProxy, difficulty];

  beforeAll(async () => {
    redis = await startRedis();
    const ports = await Promise.all(Array.from({ length: 7 }, freePort));
    const [p0 = 0, p1 = 0, p2 = 0, p3 = 0, p4 = 0, p5 = 0, p6 = 0] = ports;
    modelServers = [p0, p1].map((port, index) =>
      phoenixModelServer(`model server ${index + 1}`, port, 20, ({ question, tokens }) => {
        tokensByQuestion.set(question, (tokensByQuestion.get(question) ?? 0) + tokens);
        if (tokens > 0) requestsByQuestion.set(question, (requestsByQuestion.get(question) ?? 0) + 1);
      }),
    );
    const config = join(folder, "reckon.toml");
    writeFileSync(config, configText([p0, p1], redis.url, { difficulty: p2, verifier: p3, modelProxy: p4 }));
    const env = { RECKON_CONFIG: config, RECKON_STORE_PATH: ":memory:", RECKON_TELEMETRY_LOG_LEVEL: "warn" };
    const log = (text: string) => void logs.push(text);
    difficulty = phoenixService("difficulty", p2, env, log);
    verifier = phoenixService("verifier", p3, env, log);
    modelProxy = phoenixService("model-proxy", p4, env, log);
    orchestrators = [p5, p6].map((port) => phoenixService("orchestrator", port, env, log));
    await Promise.all(modelServers.map((server) => server.rise()));
    await Promise.all([difficulty, verifier, modelProxy].map((service) => service.rise()));
    await Promise.all(orchestrators.map((service) => service.rise()));
    model = createRpcClient(ModelService, { target: `127.0.0.1:${p4}` });
    balancer = await startBalancer([p5, p6]);
    clients = startClients(balancer.url, clientCount, options, 60_000);
    await eventually(() => expect(clients.reports.length).toBeGreaterThan(0), 30_000);
  }, 120_000);

  afterAll(async () => {
    await clients?.stop();
    await Promise.allSettled(all().map((process) => process.kill()));
    model?.close();
    await balancer?.close();
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Kills in mid-solve, starts again, and waits until something was solved since; returns what ended meanwhile. */
  async function killAndRise(victims: readonly Phoenix[], during?: () => Promise<void>): Promise<SolveReport[]> {
    const before = clients.reports.length;
    for (let round = 0; round < kills; round += 1) {
      const victim = victims[round % victims.length] as Phoenix;
      await eventually(() => expect(clients.thinking).toBeGreaterThanOrEqual(clientCount / 2), longestMs);
      await victim.kill();
      await during?.();
      await victim.rise();
      const solved = clients.reports.length;
      await eventually(() => expect(clients.reports.length).toBeGreaterThan(solved), longestMs);
    }
    // Those that were hit end before the next kind of process is killed.
    await clients.settled();
    return clients.reports.slice(before);
  }

  const timeoutMs = 60_000 + kills * 20_000;
  it("the orchestrator: another one ends its solves and says so", { timeout: timeoutMs }, async () => {
    const reports = await killAndRise(orchestrators);
    expectOutcomes(reports);
    const lost = reports.filter(({ outcome }) => outcome?.stopReason === "lost");
    expect(lost.length).toBeGreaterThanOrEqual(kills);
    for (const { outcome } of lost) expect(outcome?.degradations.join()).toMatch(/was lost/);
    await expectPaidOnce(reports);
    tell("orchestrator", reports);
  });

  it("the verifier: votes count alike, visibly", { timeout: timeoutMs }, async () => {
    const reports = await killAndRise([verifier]);
    expectOutcomes(reports);
    expect(reports.filter(({ outcome }) => outcome?.answer === undefined)).toEqual([]);
    await expectPaidOnce(reports);
    tell("verifier", reports);
  });

  it("the model-proxy: what it thought is lost, nothing hangs", { timeout: timeoutMs }, async () => {
    const reports = await killAndRise([modelProxy]);
    expectOutcomes(reports);
    await expectPaidOnce(reports);
    tell("model-proxy", reports);
  });

  it("one of two model servers: its breaker opens, and closes when it is back", { timeout: timeoutMs }, async () => {
    const breakers = async () => (await model.getLoad({})).replicas.map(({ breaker }) => breaker);
    let opened = 0;
    const reports = await killAndRise(modelServers, async () => {
      await eventually(async () => expect(await breakers()).toContain(BreakerState.OPEN), longestMs);
      opened += 1;
    });
    expect(opened).toBe(kills);
    await eventually(async () => {
      const states = await breakers();
      expect(states).toHaveLength(2);
      for (const state of states) expect(state).toBe(BreakerState.CLOSED);
    }, longestMs);
    expectOutcomes(reports);
    // What a killed model server had generated nobody can count any more; nothing was asked for too often.
    for (const { question } of reports)
      expect(requestsByQuestion.get(question) ?? 0).toBeLessThanOrEqual(samples + replacements);
    tell("one of two model servers", reports);
  });

  function expectOutcomes(reports: readonly SolveReport[]): void {
    const without = reports.filter(({ outcome }) => outcome === undefined);
    expect(without.map(({ question, error }) => `${question}: ${String(error)}`)).toEqual([]);
    for (const { startedAtMs, endedAtMs, isWhole, solveIds } of reports) {
      expect(endedAtMs - startedAtMs).toBeLessThan(longestMs);
      expect(isWhole).toBe(true);
      expect(solveIds.size).toBe(1);
    }
  }

  /** Every token on a ledger was generated, and for no question more than its plan allows. */
  function expectPaidOnce(reports: readonly SolveReport[]): Promise<void> {
    // A model server tells of a request when it has seen that its client is gone.
    return eventually(() => {
      for (const { question, outcome } of reports) {
        expect(ledgerTokens(outcome as Outcome), question).toBeLessThanOrEqual(tokensByQuestion.get(question) ?? 0);
        expect(requestsByQuestion.get(question) ?? 0, question).toBeLessThanOrEqual(samples + replacements);
      }
    }, 10_000);
  }

  function tell(victim: string, reports: readonly SolveReport[]): void {
    const count = (test: (outcome: Outcome) => boolean) =>
      reports.filter(({ outcome }) => outcome && test(outcome)).length;
    const times = reports.map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs).sort((a, b) => a - b);
    console.log(
      `${victim}: ${kills} kills, ${reports.length} solves, all with an outcome; ${count(({ answer }) => answer !== undefined)} with an ` +
        `answer, ${count(({ stopReason }) => stopReason === "lost")} lost, ${count(({ stopReason }) => stopReason === "failed")} failed; ` +
        `slowest ${Math.round(times.at(-1) ?? 0)} ms, median ${Math.round(times[Math.floor(times.length / 2)] ?? 0)} ms`,
    );
  }
});

function ledgerTokens({ ledger }: Outcome): number {
  return ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens;
}

function configText(
  models: readonly number[],
  redisUrl: string,
  ports: { readonly difficulty: number; readonly verifier: number; readonly modelProxy: number },
): string {
  return `
[services]
difficulty = "127.0.0.1:${ports.difficulty}"
verifier = "127.0.0.1:${ports.verifier}"
model_proxy = "127.0.0.1:${ports.modelProxy}"

[sessions]
redis_url = "${redisUrl}"
lease = ${leaseSeconds}

[verifier]
verifiers = ["checker"]

[pools.stub]
kind = "openai"
endpoints = [${models.map((port) => `"http://127.0.0.1:${port}/v1"`).join(", ")}]
continuous_usage = true

[routing]
breaker_failures = 3
breaker_recovery = 0.5
`;
}
