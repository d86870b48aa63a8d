import { type ChatDeps, handleChat, handleRetrieve } from "../chat/chat-handler.ts";
import { groqDialect, openAiDialect } from "../chat/dialect.ts";
import { handlePooling } from "../pooling/pooling-handler.ts";
import { ApiError } from "./api-error.ts";
import type { Exchange } from "./exchange.ts";
import { metricsText } from "./metrics-text.ts";
import { modelEntry, modelsList } from "./models-list.ts";

type Handler = (exchange: Exchange) => Promise<void> | void;

/** Everything that can be asked for, by method and path; the API is there under `/v1` and, in Groq's dialect, `/openai/v1`. */
export function createRoutes(deps: ChatDeps & { readonly maxBatch: number }): (exchange: Exchange) => Promise<void> {
  const { model, counts, records, maxBatch } = deps;
  const created = Math.floor(Date.now() / 1000);
  const routes = new Map<string, Handler>([
    ["GET /health", ({ response }) => void response.writeHead(200).end()],
    ["GET /ping", ({ response }) => void response.writeHead(200).end()],
    ["GET /version", (exchange) => exchange.sendJson(200, { version: "reckon-model-server 0.1.0" })],
    [
      "GET /metrics",
      ({ response }) => {
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
        response.end(metricsText(counts, model, deps.admission.waiting, maxBatch));
      },
    ],
    ["POST /pooling", (exchange) => handlePooling(exchange, deps)],
    ["POST /v1/pooling", (exchange) => handlePooling(exchange, deps)],
  ]);
  for (const [prefix, dialect] of [
    ["/v1", openAiDialect],
    ["/openai/v1", groqDialect],
  ] as const) {
    routes.set(`POST ${prefix}/chat/completions`, (exchange) => handleChat(exchange, dialect, deps));
    routes.set(`GET ${prefix}/models`, (exchange) => exchange.sendJson(200, modelsList(model, created)));
  }
  const paths = new Set([...routes.keys()].map((route) => route.split(" ")[1]));

  return async (exchange) => {
    const { method, path } = exchange;
    const found = routes.get(`${method} ${path}`) ?? (method === "HEAD" ? routes.get(`GET ${path}`) : undefined);
    if (found !== undefined) return found(exchange);
    if (paths.has(path)) throw new ApiError(405, `${path} does not take ${method}`);
    const [, kind, id] = /^\/(?:openai\/)?v1\/(models|chat\/completions)\/([^/]+)$/.exec(path) ?? [];
    if (method === "GET" && kind === "chat/completions") return handleRetrieve(exchange, id as string, records);
    if (method === "GET" && kind === "models") {
      if (id === model.model.id) return exchange.sendJson(200, modelEntry(model.model, created));
      throw new ApiError(404, `the model \`${id}\` does not exist`, { param: "model", code: "model_not_found" });
    }
    throw new ApiError(404, `there is no ${path} here`);
  };
}
