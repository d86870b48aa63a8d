import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import { type ChatClient, headersOfCall, sdkTimeoutMs } from "./chat-client.ts";
import type { Endpoint } from "./endpoint.ts";

/** A client on the `openai` package, for any endpoint with the OpenAI API. */
export async function createOpenAiClient(endpoint: Endpoint): Promise<ChatClient> {
  const { OpenAI } = await import("openai");
  const client = new OpenAI({
    baseURL: endpoint.base,
    fetch: endpoint.fetch,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    // It prints events that it cannot parse, with what the model said.
    logLevel: "off",
    // The endpoint's fetch sets the real key; without these the package would look for keys of OpenAI in the environment.
    apiKey: "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
  });
  return {
    async stream(body, call) {
      // Fields that only some servers know (top_k, continue_final_message, priority) pass through as they are.
      const params = body as unknown as ChatCompletionCreateParamsStreaming;
      const request = client.chat.completions.create(params, { signal: call.signal, headers: headersOfCall(call) });
      const { data, response } = await request.withResponse();
      return { headers: response.headers, events: data };
    },
    models: (call) => client.get("/models", { signal: call.signal }).asResponse(),
    retrieve: (id, call) => client.chat.completions.retrieve(id, { signal: call.signal }).asResponse(),
  };
}
