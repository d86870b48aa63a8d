import {
  type Cluster,
  type ClusterObserver,
  compareLedger,
  createClusterObserver,
  startCluster,
  vanish,
} from "@reckon/bench";
import { createReckon } from "@reckon/client";
import { afterAll, beforeAll, expect, it } from "vitest";

let cluster: Cluster;
let observer: ClusterObserver;
beforeAll(async () => {
  // Without a grace a client that vanished is one that has left.
  cluster = await startCluster({ env: { RECKON_SESSIONS_GRACE: "0" } });
  observer = createClusterObserver(cluster);
});
afterAll(async () => {
  observer?.close();
  await cluster?.stop();
});

it("counts in its ledgers exactly the tokens that the engine has counted, cancelled ones included", async () => {
  const prompts = Array.from({ length: 12 }, (_, i) => `Compute (${i + 3} + 7) * 3 - 48 / 6.`);
  const { ledger, engine } = await compareLedger(createReckon({ url: cluster.url }), observer, prompts);
  expect(ledger).toEqual(engine);
});

it("has no live handler and no live sample in any process after 100 clients have vanished", async () => {
  const { before, after } = await vanish(cluster, observer, 100, 60_000);
  // One that has just ended its solve is about to begin another.
  expect(before.liveHandlers["orchestrator"]).toBeGreaterThan(90);
  expect(before.liveSamples).toBeGreaterThan(0);
  expect(after.liveHandlers).toEqual({ orchestrator: 0, difficulty: 0, verifier: 0, "model-proxy": 0 });
  expect(after.liveSamples).toBe(0);
});
