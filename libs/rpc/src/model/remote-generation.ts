import { create } from "@bufbuild/protobuf";
import { AsyncQueue, type Generation, type GenerationEvent, ReckonError } from "@reckon/core";
import {
  type GenerateWindowRequest,
  GenerateWindowRequestSchema,
  type GenerateWindowResponse,
} from "@reckon/proto/reckon/model/v1/model";
import { generationEventFromProto } from "../convert/generation.ts";
import { currentTraceparent } from "../trace-context.ts";

// Made once: the stack trace of an error costs more than closing.
const closed = new ReckonError("cancelled", "the generation was closed");
/** How long a call that has nothing left to do may take to end. */
const patienceMs = 1_000;

/**
 * A generation over one GenerateWindow call. A call that breaks ends every sample that had not ended as failed, exactly once,
 * with the tokens seen so far and the error's own word on whether to try again; then `events` throws the error, so that
 * nobody goes on starting samples on a call that is gone. `onBroken` is told first.
 */
export function createRemoteGeneration(
  requests: AsyncQueue<GenerateWindowRequest>,
  call: (signal: AbortSignal) => AsyncIterable<GenerateWindowResponse>,
  onBroken: () => void = () => undefined,
): Generation {
  const controller = new AbortController();
  const used = new Set<number>();
  /** Samples that have not ended, with the tokens that came from them. */
  const live = new Map<number, number>();
  let broken: ReckonError | undefined;
  let finished = false;
  let patience: NodeJS.Timeout | undefined;
  const close = () => {
    // A call whose samples have all ended ends by itself: resetting it costs both sides more than letting it.
    const isEnding = finished && live.size === 0;
    finished = true;
    requests.end();
    events.end();
    if (!isEnding) controller.abort(closed);
    else if (broken === undefined) patience ??= setTimeout(() => controller.abort(closed), patienceMs).unref();
  };
  const events = new AsyncQueue<GenerationEvent>(close);
  const endIfDone = () => {
    if (finished && live.size === 0) events.end();
  };
  const fail = (sample: number, error: ReckonError) => {
    const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens: live.get(sample) ?? 0 };
    live.delete(sample);
    const { message: failure, retryable } = error;
    events.push({ type: "sample-ended", sample, reason: "failed", usage, failure, retryable });
  };
  const receive = (event: GenerationEvent) => {
    const tokens = live.get(event.sample);
    // What a peer says of samples that are not running is not passed on: each sample ends exactly once.
    if (tokens === undefined) return;
    if (event.type === "token-delta") live.set(event.sample, tokens + event.tokens);
    if (event.type === "sample-ended") live.delete(event.sample);
    events.push(event);
  };
  const breakOff = (error: ReckonError) => {
    broken = error;
    onBroken();
    requests.end();
    for (const sample of [...live.keys()]) fail(sample, error);
    endIfDone();
    events.fail(error);
  };
  const run = async () => {
    try {
      for await (const response of call(controller.signal)) receive(generationEventFromProto(response));
      if (finished && live.size === 0) events.end();
      else breakOff(new ReckonError("unavailable", "the model service ended the call before its samples"));
    } catch (error) {
      breakOff(retryableOf(ReckonError.from(error)));
    } finally {
      clearTimeout(patience);
    }
  };
  void run();

  const send = (request: Parameters<typeof create<typeof GenerateWindowRequestSchema>>[1]) =>
    requests.push(create(GenerateWindowRequestSchema, request));
  return {
    events,
    start(sample, overrides = {}) {
      if (used.has(sample))
        throw new ReckonError("invalid-argument", `sample ${sample} was started before in this call`);
      // Whoever reads the events is told of the broken call by them.
      if (broken !== undefined) return;
      if (finished) throw new ReckonError("failed-precondition", `sample ${sample} was started after finish`);
      used.add(sample);
      live.set(sample, 0);
      const { temperature, prefix, maxTokens } = overrides;
      const traceparent = currentTraceparent();
      send({ request: { case: "start", value: { sample, temperature, prefix, maxTokens, traceparent } } });
    },
    cancel(sample) {
      if (live.has(sample)) send({ request: { case: "cancel", value: { sample } } });
    },
    finish() {
      finished = true;
      requests.end();
      endIfDone();
    },
    close,
  };
}

/** A connection that was lost, whatever it is called, may be there again for the next call. */
function retryableOf(error: ReckonError): ReckonError {
  if (error.retryable || error.code !== "internal") return error;
  return new ReckonError(error.code, error.message, { retryable: true, cause: error });
}
