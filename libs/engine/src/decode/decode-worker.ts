import { workerData } from "node:worker_threads";
import { bindForward, openSession, warmUp } from "../forward.ts";
import { serveWorker } from "../serve-worker.ts";
import { createDecoder } from "./decoder.ts";
import type { DecodeCommand, DecodeWorkerData } from "./protocol.ts";

const data = workerData as DecodeWorkerData;

await serveWorker<DecodeCommand>(async (port) => {
  const session = await openSession(data.modelPath);
  const decodeForward = bindForward(session, data, "logits");
  await warmUp(decodeForward, data, data.vocabSize);
  return createDecoder({
    shape: data,
    vocabSize: data.vocabSize,
    eosId: data.eosId,
    tokenBytes: data.tokenBytes,
    maxBatch: data.maxBatch,
    decodeForward,
    prefillForward: bindForward(session, data, "logits"),
    send: (message) => port.postMessage(message),
  });
});
