import { workerData } from "node:worker_threads";
import { bindForward, openSession } from "../forward.ts";
import { serveWorker } from "../serve-worker.ts";
import { createDecoder } from "./decoder.ts";
import type { DecodeCommand, DecodeWorkerData } from "./protocol.ts";

const data = workerData as DecodeWorkerData;

await serveWorker<DecodeCommand>(async (port) => {
  const session = await openSession(data.modelPath, data.threads);
  const decoder = createDecoder({
    shape: data,
    vocabSize: data.vocabSize,
    eosId: data.eosId,
    tokenBytes: data.tokenBytes,
    maxBatch: data.maxBatch,
    decodeForward: bindForward(session, data, "logits"),
    prefillForward: bindForward(session, data, "logits"),
    send: (message) => port.postMessage(message),
  });
  return { command: decoder.command, run: decoder.run };
});
