import type { ChatCompletionCreateParamsStreaming } from "groq-sdk/resources/chat/completions";
import { type ChatClient, headersOfCall, sdkTimeoutMs } from "./chat-client.ts";
import type { Endpoint } from "./endpoint.ts";

/** A client on the `groq-sdk` package, which appends `/openai/v1/...` to its base URL. */
export async function createGroqClient(endpoint: Endpoint): Promise<ChatClient> {
  const { Groq } = await import("groq-sdk");
  const client = new Groq({
    baseURL: endpoint.base,
    fetch: endpoint.fetch,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    logLevel: "off",
    apiKey: "none",
  });
  return {
    async stream(body, call) {
      const params = body as unknown as ChatCompletionCreateParamsStreaming;
      const request = client.chat.completions.create(params, { signal: call.signal, headers: headersOfCall(call) });
      const { data, response } = await request.withResponse();
      return { headers: response.headers, events: data };
    },
    models: (call) => client.models.list({ signal: call.signal }).asResponse(),
    retrieve: (id, call) =>
      client.get(`/openai/v1/chat/completions/${encodeURIComponent(id)}`, { signal: call.signal }).asResponse(),
  };
}
