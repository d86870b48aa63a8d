import { ReckonError } from "@reckon/core";
import { type ChatChunk, readChatChunk } from "./chat-chunk.ts";
import type { ChatClient } from "./chat-client.ts";
import { errorOfSdk, isRefusal } from "./sdk-error.ts";

/** What the stream of one completion needs. */
export interface StreamChatOptions {
  readonly backend: string;
  readonly client: ChatClient;
  readonly body: Record<string, unknown>;
  readonly requestId?: string;
  readonly signal: AbortSignal;
  /** The longest wait for the first event. */
  readonly firstTokenTimeoutMs: number;
  /** The longest silence between events. */
  readonly idleTimeoutMs: number;
  /** Called when the endpoint has refused the request, or was never reached: then nothing was computed. */
  readonly onRefused?: () => void;
}

/**
 * Yields the events of one streamed completion. The iterators of the SDKs end normally when a stream is cut off, when it is
 * aborted, and wait for ever where it stalls; so it counts as complete only if an event had a finish reason: one that ends
 * without, stalls, breaks or holds nonsense throws a `ReckonError` that says whether to retry. After the finish reason only
 * usage can follow, and a stream that breaks then is whole. Leaving early, or an aborted signal, closes the connection, which
 * makes the endpoint stop.
 */
export async function* streamChat(options: StreamChatOptions): AsyncGenerator<ChatChunk, void, void> {
  const { backend, client, body, requestId, firstTokenTimeoutMs, idleTimeoutMs } = options;
  const silence = new AbortController();
  const signal = AbortSignal.any([options.signal, silence.signal]);
  let timer: NodeJS.Timeout | undefined;
  // The SDKs yield no comments, which keep a connection open without the model doing anything.
  const watch = (ms: number, what: string) => {
    const why = `backend ${backend} sent ${what} for ${ms / 1000} seconds`;
    timer = setTimeout(() => silence.abort(new ReckonError("unavailable", why)), ms);
  };
  let finished = false;
  let ended = false;
  try {
    watch(firstTokenTimeoutMs, "nothing (first_token_timeout)");
    const { headers, events } = await client.stream(body, { signal, requestId }).catch((error) => {
      if (isRefusal(error)) options.onRefused?.();
      throw error;
    });
    assertEventStream(backend, headers);
    for await (const event of events) {
      // Waiting for the consumer is not silence of the endpoint.
      clearTimeout(timer);
      const chunk = readChatChunk(event);
      finished ||= chunk.finishReason !== undefined;
      yield chunk;
      watch(idleTimeoutMs, "nothing more (idle_timeout)");
    }
    signal.throwIfAborted();
    ended = true;
  } catch (error) {
    // The signal knows why it was aborted, the SDK's error does not.
    if (options.signal.aborted || !finished) {
      signal.throwIfAborted();
      throw errorOfSdk(backend, error);
    }
  } finally {
    clearTimeout(timer);
    // After a normal end the connection is left alone, so that it can be used again.
    if (!ended) silence.abort(new ReckonError("cancelled", "the consumer of the stream has left"));
  }
  if (finished) return;
  const why = `the stream of backend ${backend} ended without a finish reason: it was cut off`;
  throw new ReckonError("unavailable", why);
}

function assertEventStream(backend: string, headers: Headers): void {
  const type = headers.get("content-type") ?? "";
  if (!/^(application\/json|text\/html)\b/i.test(type)) return;
  const why = `backend ${backend} answered with ${type} where an event stream was expected; is its url the base of an OpenAI-compatible API, such as http://host:8000/v1?`;
  throw new ReckonError("failed-precondition", why);
}
