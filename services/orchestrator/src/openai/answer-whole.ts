import type { SolveResponse } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import type { HttpExchange } from "@reckon/rpc";
import type { ChatDialect } from "./chat-dialect.ts";
import { reckonOf, usageOf } from "./describe-result.ts";
import { followSolve } from "./follow-solve.ts";
import type { ChatRequest } from "./read-chat-request.ts";

/** Answers a chat request in one piece. Throws, before anything is sent, what makes an answer impossible. */
export async function answerWhole(
  exchange: HttpExchange,
  request: ChatRequest,
  events: AsyncIterable<SolveResponse>,
  dialect: ChatDialect,
): Promise<void> {
  let thoughts = "";
  const result = await followSolve(events, request.stop, {
    started: () => undefined,
    content: () => undefined,
    event: () => undefined,
    thought(text) {
      if (request.thoughts) thoughts += text;
      return undefined;
    },
  });
  const { solveId } = result.started;
  const message = {
    role: "assistant",
    content: result.content,
    refusal: null,
    ...(thoughts !== "" && { [dialect.thoughtField]: thoughts }),
  };
  const body = {
    id: `chatcmpl-${solveId}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: result.finishReason }],
    usage: usageOf(result),
    reckon: reckonOf(result),
  };
  exchange.respond(200, { "content-type": "application/json", "x-request-id": solveId }, JSON.stringify(body));
}
