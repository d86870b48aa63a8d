import { type ChatUsage, readUsage } from "./chat-chunk.ts";
import type { ChatClient } from "./chat-client.ts";

/** How long an endpoint may take to say what it has counted. */
const timeoutMs = 5_000;

/** The id of a completion that was asked for with `X-Request-Id`, as vLLM builds it. */
const completionId = (requestId: string) => `chatcmpl-${requestId}`;

/**
 * Asks an endpoint what a request that was cancelled or lost has cost (`GET /chat/completions/ID`). `never-arrived` where it
 * knows of no such request; `undefined` where it does not say: then what was counted here is the best there is.
 */
export async function settleUsage(
  client: ChatClient,
  requestId: string,
  signal: AbortSignal,
): Promise<ChatUsage | "never-arrived" | undefined> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await client.retrieve(completionId(requestId), { signal: bounded });
    const { usage } = (await response.json()) as { usage?: unknown };
    const counted = readUsage(usage);
    return counted.outputTokens === undefined ? undefined : counted;
  } catch (error) {
    // Anything else than a 404 tells nothing: it cannot be reached, or answers with what is no usage.
    return (error as { status?: unknown }).status === 404 ? "never-arrived" : undefined;
  }
}
