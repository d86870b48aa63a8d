import { toJson } from "@bufbuild/protobuf";
import { SolveEventSchema } from "@reckon/proto/reckon/orchestrator/v1/event";
import type { SolveResponse } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import type { HttpExchange } from "@reckon/rpc";
import { apiError } from "./api-error.ts";
import type { ChatDialect } from "./chat-dialect.ts";
import { reckonOf, usageOf } from "./describe-result.ts";
import { type ChatResult, followSolve } from "./follow-solve.ts";
import type { ChatRequest } from "./read-chat-request.ts";

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // Proxies that buffer would make one lump of it.
  "x-accel-buffering": "no",
};
/** Proxies and clients give up on connections that are silent for long. */
const silenceMs = 15_000;

/**
 * Answers a chat request as server-sent events. Status and headers wait for the solve to begin, so that what makes it
 * impossible is thrown and becomes a status; what breaks it later is told by an event with `error`, and the stream ends
 * without `[DONE]`.
 */
export async function answerStream(
  exchange: HttpExchange,
  request: ChatRequest,
  events: AsyncIterable<SolveResponse>,
  dialect: ChatDialect,
): Promise<void> {
  let chunks: ChunkWriter | undefined;
  let alive: NodeJS.Timeout | undefined;
  const write = (text: string) => {
    alive?.refresh();
    return exchange.write(text);
  };
  try {
    const result = await followSolve(events, request.stop, {
      started({ solveId }) {
        chunks = createChunkWriter(solveId, request, dialect);
        exchange.begin(200, { ...headers, "x-request-id": solveId });
        alive = setInterval(
          () => void Promise.resolve(exchange.write(": thinking\n\n")).catch(() => undefined),
          silenceMs,
        );
        return write(chunks.first());
      },
      thought: (text) => (request.thoughts && chunks ? write(chunks.thought(text)) : undefined),
      content: (text) => (chunks ? write(chunks.content(text)) : undefined),
      event: (event) => (request.events && chunks ? write(chunks.event(toJson(SolveEventSchema, event))) : undefined),
    });
    if (chunks !== undefined) await write(chunks.last(result));
    exchange.end();
  } catch (thrown) {
    if (!exchange.begun) throw thrown;
    if (exchange.signal.aborted) return exchange.destroy();
    await exchange.write(`data: ${JSON.stringify(apiError(thrown, request.paramOf).body)}\n\n`);
    exchange.end();
  } finally {
    clearInterval(alive);
  }
}

type ChunkWriter = ReturnType<typeof createChunkWriter>;

/** Writes chunks; what is the same in all of them is made once. */
function createChunkWriter(solveId: string, request: ChatRequest, dialect: ChatDialect) {
  const id = `chatcmpl-${solveId}`;
  const { model, includeUsage } = request;
  const created = Math.floor(Date.now() / 1000);
  const common = { id, object: "chat.completion.chunk", created, model };
  const noUsage = includeUsage ? `,"usage":null` : "";
  const head = `data: ${JSON.stringify(common).slice(0, -1)},"choices":[{"index":0,"delta":`;
  const chunk = (delta: string, reason: string, more = "") =>
    `${head}${delta},"logprobs":null,"finish_reason":${reason}}]${noUsage}${more}}\n\n`;
  const text = (field: string, value: string) => chunk(`{"${field}":${JSON.stringify(value)}}`, "null");
  const bare = (more: object) => `data: ${JSON.stringify({ ...common, choices: [], ...more })}\n\n`;
  return {
    first: () => chunk(`{"role":"assistant","content":""}`, "null"),
    thought: (value: string) => text(dialect.thoughtField, value),
    content: (value: string) => text("content", value),
    event: (event: unknown) => bare({ reckon: { event } }),
    last(result: ChatResult) {
      const usage = usageOf(result);
      const inGroq = dialect.usageInLastChunk ? `,"x_groq":${JSON.stringify({ id: solveId, usage })}` : "";
      const more = `${inGroq},"reckon":${JSON.stringify(reckonOf(result))}`;
      const end = chunk("{}", JSON.stringify(result.finishReason), more);
      return `${end}${includeUsage ? bare({ usage }) : ""}data: [DONE]\n\n`;
    },
  };
}
