import { createReckon } from "@reckon/client";
import { findRedisServer, type RedisServer, startRedis } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longProblem, longSolve } from "../src/long-solve.ts";
import { type CallerHeaders, solve, stream, unary } from "./actions.ts";
import { type House, startHouse } from "./house.ts";

const hasRedis = findRedisServer() !== undefined;
if (!hasRedis) console.warn("left out: tenants over two replicas (there is no redis-server here)");

describe.skipIf(!hasRedis)("tenants over two replicas", () => {
  let redis: RedisServer;
  let house: House;
  let other: string;
  beforeAll(async () => {
    redis = await startRedis();
    house = await startHouse({ redisUrl: redis.url });
    other = await house.startReplica();
  }, 240_000);
  afterAll(async () => {
    await house?.close();
    await redis?.stop();
  });

  const bearer = (credential: string): CallerHeaders => ({ authorization: `Bearer ${credential}` });
  const resume = (solveId: string | undefined, headers: CallerHeaders) =>
    stream(other, "reckon.orchestrator.v1.OrchestratorService/Resume", { solveId }, headers);
  const cancel = (solveId: string, headers: CallerHeaders) =>
    unary(other, "reckon.orchestrator.v1.OrchestratorService/Cancel", { solveId }, headers);

  it("resume their own solves at the other one, and nobody else's", async () => {
    const { solveId, messages } = await solve(house.url, bearer(house.keys.acme));
    const own = await resume(solveId, bearer(house.keys.acme));
    expect(own.result).toBe("ok");
    expect(own.messages).toHaveLength(messages.length);
    expect(await resume(solveId, bearer(house.keys.globex))).toEqual({ result: "not_found", messages: [] });
    const forged = { ...bearer(house.keys.globex), "x-reckon-tenant": "acme" };
    expect(await resume(solveId, forged)).toEqual({ result: "not_found", messages: [] });
    expect((await resume(solveId, {})).result).toBe("unauthenticated");
  });

  it("are counted together, and end their own solves from either", async () => {
    const running = createReckon({ url: house.url, apiKey: house.keys.narrow }).solve(longProblem, longSolve);
    const events = running[Symbol.asyncIterator]();
    const { value: first } = await events.next();
    const solveId = first?.type === "solve-started" ? first.solveId : expect.unreachable("the solve did not begin");
    // Its one solve runs at the first replica; the second knows.
    expect((await solve(other, bearer(house.keys.narrow))).result).toBe("resource_exhausted");
    expect((await cancel(solveId, bearer(house.keys.acme))).result).toBe("not_found");
    expect((await cancel(solveId, bearer(house.keys.narrow))).result).toBe("ok");
    for (let step = await events.next(); !step.done; step = await events.next());
    let again = await solve(other, bearer(house.keys.narrow));
    for (let tries = 0; tries < 50 && again.result !== "ok"; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      again = await solve(other, bearer(house.keys.narrow));
    }
    expect(again.result).toBe("ok");
  });
});
