import { startCluster } from "@reckon/bench";
import { createReckon } from "@reckon/client";
import { createModelServer } from "@reckon/service-model-server";
import { expect, it } from "vitest";

it("a pool that is lost in mid-service is replaced by its fallback, and the solve says so", async () => {
  const stub = { texts: ["1 + 2 = 3\nAnswer: 3"], tokensPerSecond: 400, firstTokenMs: 5 };
  const [first, second] = [await createModelServer({ stub }), await createModelServer({ stub })];
  const pool = (name: string, url: string, more: Record<string, string>) =>
    Object.fromEntries(
      Object.entries({
        kind: "vllm",
        endpoints: `${url}/v1`,
        price_prompt: "1",
        price_cached_prompt: "0",
        price_output: "2",
        ...more,
      }).map(([key, value]) => [`RECKON_POOLS_${name}_${key.toUpperCase()}`, value]),
    );
  const env = {
    ...pool("FIRST", first.url, { fallback: "second" }),
    ...pool("SECOND", second.url, { weight: "0", price_output: "4" }),
  };
  const cluster = await startCluster({ env });
  const reckon = createReckon({ url: cluster.url });
  const options = { method: "self-consistency", samples: 4, verificationRounds: 0, timeoutMs: 60_000 } as const;
  try {
    const before = await reckon.solve("What is 1 + 2?", options).outcome();
    expect(before.answer).toBe("3");
    expect(before.degradations).toEqual([]);
    expect(before.ledger.costUsd).toBeCloseTo(
      (before.ledger.promptTokens * 1 + (before.ledger.answerTokens + before.ledger.cancelledTokens) * 2) / 1e6,
      9,
    );
    await first.close();
    const changes: string[] = [];
    let answer: string | undefined;
    for await (const event of reckon.solve("What is 1 + 2, again?", options)) {
      if (event.type === "plan-changed") changes.push(`${event.reason}: ${event.detail}`);
      if (event.type === "solve-ended") answer = event.outcome.answer;
    }
    expect(answer).toBe("3");
    expect(changes).toEqual([expect.stringContaining("degraded: fallback from first to second")]);
  } finally {
    await cluster.stop();
    await first.close();
    await second.close();
  }
});
