import { type ChatUsage, readUsage } from "./chat-chunk.ts";
import type { ChatClient } from "./chat-client.ts";

/** How long an endpoint may take to say what it has counted. */
const timeoutMs = 5_000;

/** The id of a completion that was asked for with `X-Request-Id`, as vLLM builds it. */
const completionId = (requestId: string) => `chatcmpl-${requestId}`;

/**
 * Asks an endpoint what a request that was cancelled or lost has cost (`GET /chat/completions/ID`). `undefined` where it does
 * not say: then what was counted here is the best there is.
 */
export async function settleUsage(
  client: ChatClient,
  requestId: string,
  signal: AbortSignal,
): Promise<ChatUsage | undefined> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await client.retrieve(completionId(requestId), { signal: bounded });
    const { usage } = (await response.json()) as { usage?: unknown };
    const counted = readUsage(usage);
    return counted.outputTokens === undefined ? undefined : counted;
  } catch {
    // It keeps no record, or cannot be reached; either way nothing was told.
    return undefined;
  }
}
