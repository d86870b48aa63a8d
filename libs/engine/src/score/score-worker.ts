import { workerData } from "node:worker_threads";
import { bindForward, openSession, warmUp } from "../forward.ts";
import { serveWorker } from "../serve-worker.ts";
import type { ScoreCommand, ScoreWorkerData } from "./protocol.ts";
import { createScorer } from "./scorer.ts";

const data = workerData as ScoreWorkerData;

await serveWorker<ScoreCommand>(async (port) => {
  const session = await openSession(data.modelPath);
  const forward = bindForward(session, data, "scores");
  await warmUp(forward, data, 1);
  return createScorer({ shape: data, forward, send: (message) => port.postMessage(message) });
});
