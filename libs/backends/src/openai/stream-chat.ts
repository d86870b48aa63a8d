import { ReckonError } from "@reckon/core";
import { type ChatChunk, parseChatChunk } from "./chat-chunk.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorOfConnection } from "./http-error.ts";
import { readServerSentEvents } from "./server-sent-events.ts";

/** How long a stream may stay open after its end mark. */
const lingerMs = 200;

/** What the stream of one completion needs. */
export interface StreamChatOptions {
  readonly backend: string;
  readonly endpoint: Endpoint;
  readonly body: unknown;
  readonly signal: AbortSignal;
  /** The longest wait for the first event. */
  readonly firstTokenTimeoutMs: number;
  /** The longest silence between events. */
  readonly idleTimeoutMs: number;
}

/**
 * Yields the events of one streamed completion, up to the end mark. It is complete only if one of them had a finish reason:
 * a stream that ends without, stalls, breaks or holds nonsense throws a retryable `ReckonError`. Leaving early, or an
 * aborted signal, closes the connection, which makes the endpoint stop.
 */
export async function* streamChat(options: StreamChatOptions): AsyncGenerator<ChatChunk, void, void> {
  const { backend, endpoint, body, firstTokenTimeoutMs, idleTimeoutMs } = options;
  const silence = new AbortController();
  const signal = AbortSignal.any([options.signal, silence.signal]);
  let timer: NodeJS.Timeout | undefined;
  // Comments keep a connection open without the model doing anything, so only events restart the watch.
  const watch = (ms: number, what: string) => {
    clearTimeout(timer);
    const why = `backend ${backend} sent ${what} for ${ms / 1000} seconds`;
    timer = setTimeout(() => silence.abort(new ReckonError("unavailable", why)), ms);
  };
  let finished = false;
  let done = false;
  try {
    watch(firstTokenTimeoutMs, "nothing (first_token_timeout)");
    const response = await endpoint.post("/chat/completions", body, signal);
    assertEventStream(backend, response);
    for await (const data of readServerSentEvents(response.body as ReadableStream<Uint8Array>)) {
      // Waiting for the consumer is not silence of the endpoint.
      clearTimeout(timer);
      done ||= data.trim() === "[DONE]";
      if (done) {
        // Read to the end, so that the connection can be used again; but an endpoint need not close it.
        watch(lingerMs, "nothing after the end mark");
        continue;
      }
      const chunk = parseChatChunk(data);
      finished ||= chunk.finishReason !== undefined;
      yield chunk;
      watch(idleTimeoutMs, "nothing more (idle_timeout)");
    }
  } catch (error) {
    if (done && !options.signal.aborted) return assertFinished(backend, finished);
    // fetch may reject with an error of its own when its signal aborts in mid-body; the signal knows why.
    signal.throwIfAborted();
    throw errorOfConnection(backend, error);
  } finally {
    clearTimeout(timer);
    silence.abort(new ReckonError("cancelled", "the consumer of the stream has left"));
  }
  assertFinished(backend, finished);
}

function assertFinished(backend: string, finished: boolean): void {
  if (finished) return;
  throw new ReckonError(
    "unavailable",
    `the stream of backend ${backend} ended without a finish reason: it was cut off`,
  );
}

function assertEventStream(backend: string, response: Response): void {
  const type = response.headers.get("content-type") ?? "";
  if (response.body !== null && !/^(application\/json|text\/html)\b/i.test(type)) return;
  const why = `backend ${backend} answered with ${type || "nothing"} where an event stream was expected; is its url the base of an OpenAI-compatible API, such as http://host:8000/v1?`;
  throw new ReckonError("failed-precondition", why);
}
