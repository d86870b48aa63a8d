import { type Cluster, startCluster } from "@reckon/bench";
import { createReckon, type SolveEvent } from "@reckon/client";
import { createModelServer, type ModelServer } from "@reckon/service-model-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The embedded model and its process reward model, behind HTTP; a judge that always says the same. */
let thinker: ModelServer;
let grader: ModelServer;
let cluster: Cluster;

beforeAll(async () => {
  [thinker, grader] = await Promise.all([
    createModelServer(),
    createModelServer({ stub: { texts: ["Every step holds.\nScore: 8"] } }),
  ]);
  cluster = await startCluster({
    env: {
      RECKON_BACKENDS_THINKER_URL: `${thinker.url}/v1`,
      RECKON_BACKENDS_THINKER_KIND: "vllm",
      RECKON_BACKENDS_THINKER_DEFAULT: "true",
      RECKON_BACKENDS_GRADER_URL: `${grader.url}/v1`,
      // Nothing but judgements shall count there.
      RECKON_BACKENDS_GRADER_PROBE: "false",
      RECKON_BACKENDS_GRADER_SETTLE_USAGE: "true",
      RECKON_VERIFIER_VERIFIERS: "prm,judge",
      RECKON_VERIFIER_PRM_URL: thinker.url,
      RECKON_VERIFIER_JUDGE_BACKEND: "grader",
    },
  });
});

afterAll(async () => {
  await cluster?.stop();
  await Promise.all([thinker?.close(), grader?.close()]);
});

describe("verifiers behind endpoints", () => {
  it("score steps and answers of a solve, and all that they read is on its ledger", async () => {
    const reckon = createReckon({ url: cluster.url });
    const solve = reckon.solve("Solve: 3x + 5 = 20", {
      method: "self-consistency",
      samples: 4,
      verificationRounds: 2,
      earlyStopping: false,
      timeoutMs: 60_000,
    });
    const events: SolveEvent[] = [];
    for await (const event of solve) events.push(event);
    const verdicts = events.flatMap((event) => (event.type === "sample-ended" ? event.verdicts : []));
    expect(verdicts).toContainEqual(expect.objectContaining({ verifier: "judge", score: 0.8 }));
    const steps = events.flatMap((event) => (event.type === "step-scored" ? event.verdicts : []));
    expect(steps.some(({ verifier, score }) => verifier === "prm" && score !== undefined)).toBe(true);
    const ended = events.at(-1);
    const { ledger } = (ended?.type === "solve-ended" && ended.outcome) || {};
    const judged = grader.counts();
    const read = thinker.counts().poolingTokens + judged.promptTokens + judged.generatedTokens;
    expect(judged.requests).toBeGreaterThan(0);
    expect(ledger?.verifierTokens).toBe(read);
  });
});
