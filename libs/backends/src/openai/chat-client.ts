import type { Endpoint } from "./endpoint.ts";
import { createGroqClient } from "./groq-client.ts";
import { createOpenAiClient } from "./openai-client.ts";

/** What a backend asks of an SDK. */
export interface ChatClient {
  /** Begins a streamed completion; resolves with the response's headers and the events that follow, parsed. */
  stream(body: Record<string, unknown>, call: ClientCall): Promise<ChatStream>;
  /** `GET /models`. */
  models(call: ClientCall): Promise<Response>;
  /** `GET /chat/completions/ID`. */
  retrieve(id: string, call: ClientCall): Promise<Response>;
}

/** What any request may have. */
export interface ClientCall {
  readonly signal: AbortSignal;
  /** Sent as `X-Request-Id`. */
  readonly requestId?: string;
}

/** A completion that is being streamed. */
export interface ChatStream {
  readonly headers: Headers;
  readonly events: AsyncIterable<unknown>;
}

/** Above every timeout of ours: the SDKs' own one covers only the wait for the headers, and its message says little. */
export const sdkTimeoutMs = 3_600_000;

/** The headers of a call, for an SDK. */
export const headersOfCall = (call: ClientCall): Record<string, string> =>
  call.requestId === undefined ? {} : { "x-request-id": call.requestId };

/**
 * A client on the official SDK of a kind: `groq-sdk` for Groq, `openai` for everything else. The package is loaded by the
 * first call, as it takes longer than all of Reckon. Nothing is tried again by it: retries are for whoever pays for them.
 */
export function createChatClient(kind: string, endpoint: Endpoint): ChatClient {
  let loading: Promise<ChatClient> | undefined;
  const load = () => {
    loading ??= kind === "groq" ? createGroqClient(endpoint) : createOpenAiClient(endpoint);
    return loading;
  };
  return {
    stream: async (body, call) => (await load()).stream(body, call),
    models: async (call) => (await load()).models(call),
    retrieve: async (id, call) => (await load()).retrieve(id, call),
  };
}
