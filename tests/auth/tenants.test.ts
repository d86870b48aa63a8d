import { createReckon, type Outcome, type SolveOptions } from "@reckon/client";
import { ServerReflection } from "@reckon/proto/grpc/reflection/v1/reflection";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { OrchestratorService } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientKinds, grpcJs } from "../src/client-kinds.ts";
import { longProblem, longSolve } from "../src/long-solve.ts";
import { type CallerHeaders, question, solve, stream, unary } from "./actions.ts";
import { type House, startHouse } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await startHouse();
}, 180_000);
afterAll(() => house?.close());

const bearer = (credential: string): CallerHeaders => ({ authorization: `Bearer ${credential}` });
const as = (tenant: keyof House["keys"]) => createReckon({ url: house.url, apiKey: house.keys[tenant] });
const cancelPath = "reckon.orchestrator.v1.OrchestratorService/Cancel";
const resumePath = "reckon.orchestrator.v1.OrchestratorService/Resume";

/** A solve that runs until it is ended. */
async function running(tenant: keyof House["keys"], options: SolveOptions = longSolve) {
  const events = as(tenant).solve(longProblem, options)[Symbol.asyncIterator]();
  const first = await events.next();
  if (first.done || first.value.type !== "solve-started") throw new Error("the solve did not begin");
  const rest = async () => {
    let outcome: Outcome | undefined;
    for (let step = await events.next(); !step.done; step = await events.next()) {
      if (step.value.type === "solve-ended") outcome = step.value.outcome;
    }
    return outcome;
  };
  return { solveId: first.value.solveId, plan: first.value.plan, rest };
}

describe("a running solve", () => {
  it("is ended by its own tenant only, and nobody else learns that it is there", async () => {
    const { solveId, rest } = await running("acme");
    const cancel = (headers: CallerHeaders) => unary(house.url, cancelPath, { solveId }, headers);
    const stranger = await cancel(bearer(house.keys.globex));
    const forger = await cancel({ ...bearer(house.keys.globex), "x-reckon-tenant": "acme", "X-Reckon-Anything": "1" });
    const neverThere = await unary(
      house.url,
      cancelPath,
      { solveId: "00000000-0000-4000-8000-000000000000" },
      bearer(house.keys.globex),
    );
    expect([stranger.result, forger.result, neverThere.result]).toEqual(["not_found", "not_found", "not_found"]);
    // The answers differ in nothing but the id that was asked for.
    const about = ({ answer }: typeof stranger) => JSON.stringify(answer).replace(/[0-9a-f-]{36}/g, "ID");
    expect(about(stranger)).toBe(about(neverThere));
    const resumed = await stream(house.url, resumePath, { solveId }, bearer(house.keys.globex));
    expect(resumed).toMatchObject({ result: "not_found", messages: [] });
    expect((await cancel(bearer(house.keys.acme))).result).toBe("ok");
    expect((await rest())?.stopReason).toBe("cancelled");
  });

  it("is joined by an idempotency key of its own tenant only", async () => {
    const key = { idempotencyKey: "order-17" };
    const first = await solve(house.url, bearer(house.keys.acme), undefined, key);
    const again = await solve(house.url, bearer(house.keys.acme), undefined, key);
    const other = await solve(house.url, bearer(house.keys.globex), undefined, key);
    expect([first.result, again.result, other.result]).toEqual(["ok", "ok", "ok"]);
    expect(again.solveId).toBe(first.solveId);
    expect(other.solveId).not.toBe(first.solveId);
    const byKey = await unary(house.url, cancelPath, { idempotencyKey: "order-18" }, bearer(house.keys.globex));
    expect(byKey.result).toBe("not_found");
  });
});

describe("what was learned of a question", () => {
  const historyOf = async (tenant: keyof House["keys"]) =>
    (await as(tenant).estimate("What is 2 + 3?")).difficulty.historyCount;

  it("is its own tenant's: others do not see that somebody has asked it", async () => {
    await solve(house.url, bearer(house.keys.acme));
    // Outcomes are recorded behind the client's back.
    for (let tries = 0; tries < 100 && (await historyOf("acme")) === 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await historyOf("acme")).toBeGreaterThan(0);
    expect(await historyOf("expired").catch((error: { code: string }) => error.code)).toBe("unauthenticated");
    expect(await historyOf("capped")).toBe(0);
  });
});

describe("a tenant with caps", () => {
  const short: SolveOptions = { strategy: "comprehensive", earlyStopping: false, maxSteps: 8 };
  const refusal = (options: SolveOptions, tenant: "capped" | "narrow" = "capped") =>
    as(tenant)
      .solve("What is 2 + 3?", options)
      .outcome()
      .then(
        () => expect.unreachable("it was served"),
        (error: { code: string; message: string; retryAfterMs?: number }) => error,
      );

  it("is refused, by name, what it asks for beyond them", async () => {
    const samples = await refusal({ ...short, samples: 3 });
    expect(samples).toMatchObject({
      code: "permission-denied",
      message: expect.stringMatching(/samples.*3.*2.*capped/),
    });
    const priority = await refusal({ ...short, priority: "high" });
    expect(priority).toMatchObject({ code: "permission-denied", message: expect.stringMatching(/priority.*normal/) });
  });

  it("has its N and its tokens within them where it asks for nothing", async () => {
    const { plan, rest } = await running("capped", short);
    expect(plan.samples).toBeLessThanOrEqual(2);
    const { ledger } = (await rest()) ?? expect.unreachable("no outcome");
    expect(ledger.answerTokens + ledger.cancelledTokens + ledger.failedTokens).toBeLessThanOrEqual(40);
  });

  it("is told when to come again while its one solve runs, and the problems of its batch wait for each other", async () => {
    const slow = await running("narrow");
    expect(await refusal({ samples: 1 }, "narrow")).toMatchObject({ code: "resource-exhausted", retryAfterMs: 1_000 });
    expect((await solve(house.url, bearer(house.keys.acme))).result).toBe("ok");
    await as("narrow").cancel(slow.solveId);
    await slow.rest();
    const items = [1, 2, 3].map((id) => ({ id: String(id), problem: "What is 2 + 3?" }));
    const batch = as("narrow").solveBatch(items, { maxParallel: 3, samples: 1, strategy: "fast" });
    const ended = (await Array.fromAsync(batch)).at(-1);
    expect(ended).toMatchObject({ type: "batch-ended", solved: 3, failed: 0 });
  });
});

describe("keys", () => {
  it("are valid as soon as they are made, and not any more once they are revoked, without a restart", async () => {
    const key = await house.manageKeys("create", "--tenant", "acme");
    const estimate = () =>
      unary(house.url, "reckon.difficulty.v1.DifficultyService/Estimate", { problem: question }, bearer(key));
    const becomes = async (result: string) => {
      for (let tries = 0; tries < 100; tries += 1) {
        if ((await estimate()).result === result) return true;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return false;
    };
    expect(await becomes("ok")).toBe(true);
    await house.manageKeys("revoke", key);
    expect(await becomes("unauthenticated")).toBe(true);
    const list = await house.manageKeys("list");
    expect(list).toContain("revoked");
    expect(list).not.toContain(key);
  });

  it("are asked for by every protocol", async () => {
    const method = DifficultyService.method.estimate;
    for (const kind of clientKinds) {
      const refused = await kind.call(house.url, method, [{}]).then(
        () => "served",
        (error: Error) => error.message,
      );
      expect(refused, kind.name).toMatch(/unauthenticated|401|authorization/i);
    }
    const listed = grpcJs.call(house.url, ServerReflection.method.serverReflectionInfo, [
      { messageRequest: { case: "listServices", value: "" } },
    ]);
    await expect(listed).rejects.toMatchObject({ code: 16 });
    await expect(grpcJs.call(house.url, OrchestratorService.method.solve, [{}])).rejects.toMatchObject({ code: 16 });
  });

  it("of an issuer are fetched once for many tokens, and no more often for tokens of strangers", async () => {
    const before = house.issuer.fetches();
    for (let index = 0; index < 10; index += 1) {
      const token = await house.issuer.token({ kid: index % 2 === 0 ? "k1" : `k${index}` });
      await unary(house.url, "reckon.model.v1.ModelService/ListModels", {}, bearer(token));
    }
    expect(house.issuer.fetches() - before).toBeLessThanOrEqual(2);
  });
});

describe("web pages", () => {
  const preflight = (origin: string) =>
    fetch(`${house.url}/reckon.orchestrator.v1.OrchestratorService/Solve`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  it("of the configured origins may send a key, others may not call", async () => {
    const allowed = await preflight("https://app.example.com");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(allowed.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
    for (const origin of ["https://evil.example.com", "http://localhost:3000", "https://app.example.com.evil.org"]) {
      const refused = await preflight(origin);
      expect(refused.status, origin).toBe(403);
      expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
