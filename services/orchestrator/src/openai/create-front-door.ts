import { randomUUID } from "node:crypto";
import { type Model, ReckonError } from "@reckon/core";
import type { SolveRequest, SolveResponse } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import {
  type Authenticate,
  currentCall,
  type HttpExchange,
  type HttpHandler,
  runAsTenant,
  runBefore,
  runInCall,
} from "@reckon/rpc";
import { type Logger, recordRpc } from "@reckon/telemetry";
import { answerStream } from "./answer-stream.ts";
import { answerWhole } from "./answer-whole.ts";
import { apiError, type ParamOf } from "./api-error.ts";
import { type ChatDialect, groqDialect, openAiDialect } from "./chat-dialect.ts";
import { modelNames } from "./model-names.ts";
import { type ChatRequest, readChatRequest } from "./read-chat-request.ts";

/** What the front door opens on. */
export interface FrontDoorOptions {
  /** Runs a solve as part of the call being served. */
  readonly solve: (request: SolveRequest) => AsyncIterable<SolveResponse>;
  readonly listModels: () => Promise<readonly Model[]>;
  readonly logger: Logger;
  /** Says whose a request is; nobody is asked where undefined. */
  readonly authenticate?: Authenticate | undefined;
}

// The limit of a prompt is 1 MiB; in JSON every byte of it may be written as six.
const maxBodyBytes = 8 * 1_048_576;
const json = { "content-type": "application/json" };

/**
 * OpenAI's API before a solver: `POST /v1/chat/completions` (whole and streamed), `GET /v1/models` and
 * `GET /v1/models/NAME`, and the same under `/openai/v1` in Groq's dialect. Answers every other path with 404. Errors are told
 * in OpenAI's words; a parameter that would have to be ignored is refused by its name.
 */
export function createFrontDoor(options: FrontDoorOptions): HttpHandler {
  return async (exchange) => {
    const { method, path } = exchange;
    const dialect = path.startsWith("/openai/v1/") ? groqDialect : openAiDialect;
    const route = /^(?:\/openai)?\/v1\/(.*)$/.exec(path)?.[1]?.replace(/\/$/, "");
    if (route === undefined)
      return exchange.respond(404, { "content-type": "text/plain; charset=utf-8" }, "not found\n");
    const isChat = route === "chat/completions";
    const isModels = route === "models" || route.startsWith("models/");
    if (!isChat && !isModels) return refuse(exchange, 404, `there is no ${method} ${path}`);
    const allowed = isChat ? "POST" : "GET";
    if (method !== allowed) {
      return refuse(exchange, 405, `${path} takes ${allowed}, not ${method}`, { allow: allowed });
    }
    const serve = () =>
      isChat ? serveChat(exchange, dialect, options) : serveModels(exchange, route.slice("models/".length), options);
    await serveOwner(exchange, options, serve);
  };
}

/** Serves a request in the name of whose it is, or says that it is nobody's. */
async function serveOwner(
  exchange: HttpExchange,
  { authenticate }: FrontDoorOptions,
  serve: () => Promise<void>,
): Promise<void> {
  if (authenticate === undefined) return serve();
  try {
    const tenant = await authenticate(exchange.headers.authorization);
    await runAsTenant(tenant, serve);
  } catch (thrown) {
    sendError(exchange, thrown);
  }
}

async function serveChat(
  exchange: HttpExchange,
  dialect: ChatDialect,
  { solve, logger }: FrontDoorOptions,
): Promise<void> {
  const startedAtMs = performance.now();
  let paramOf: ParamOf | undefined;
  let status = "OK";
  try {
    if (exchange.draining) throw new ReckonError("unavailable", "the server is draining and takes no new calls");
    const body = await readBody(exchange);
    if (body === undefined) return;
    const request = readChatRequest(body, headerOf(exchange, "idempotency-key"));
    paramOf = request.paramOf;
    const { endUser, model } = request;
    if (endUser !== undefined) logger.info({ endUser, model }, "a chat request for an end user");
    const answer = request.stream ? answerStream : answerWhole;
    await inCallOf(exchange, request, startedAtMs, () => answer(exchange, request, solve(request.solve), dialect));
  } catch (thrown) {
    const { code } = ReckonError.from(thrown);
    status = code;
    if (exchange.signal.aborted) return;
    if (!(thrown instanceof ReckonError) || code === "internal") logger.error({ err: thrown }, "a chat request failed");
    sendError(exchange, thrown, paramOf);
  } finally {
    recordRpc("openai/chat.completions", status, performance.now() - startedAtMs);
  }
}

async function serveModels(exchange: HttpExchange, encoded: string, { listModels }: FrontDoorOptions): Promise<void> {
  try {
    const models = await listModels();
    const cards = modelNames(models).map((name) => modelCard(name, models));
    if (encoded === "") return exchange.respond(200, json, JSON.stringify({ object: "list", data: cards }));
    const name = decodeName(encoded);
    const card = cards.find(({ id }) => id === name);
    if (card === undefined) throw new ReckonError("not-found", `there is no model ${JSON.stringify(name)}`);
    exchange.respond(200, json, JSON.stringify(card));
  } catch (thrown) {
    sendError(exchange, thrown);
  }
}

/** Reads the body as JSON; `undefined` where it was refused. */
async function readBody(exchange: HttpExchange): Promise<unknown> {
  // A page of another origin may post text or a form without asking; JSON it may not.
  if (!/^application\/json\s*(;|$)/i.test(exchange.headers["content-type"] ?? "")) {
    refuse(exchange, 415, "content-type must be application/json");
    return undefined;
  }
  const body = await exchange.readBody(maxBodyBytes);
  if (body === undefined) {
    refuse(exchange, 413, `the body is larger than the limit of ${maxBodyBytes} bytes`);
    return undefined;
  }
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    refuse(exchange, 400, "the body is no JSON"); // Where it is not, the parser's words would quote it.
    return undefined;
  }
}

/**
 * Runs an answer within the time that the official clients say they wait for it, so that they get the best answer so far
 * instead of giving up on it and asking once more; for a stream they wait only until it begins. A client with an idempotency
 * key can come back, so that its solve need not end with its connection.
 */
function inCallOf<T>(exchange: HttpExchange, { stream, solve }: ChatRequest, startedAtMs: number, run: () => T): T {
  const call = currentCall();
  const seconds = Number(headerOf(exchange, "x-stainless-timeout"));
  const within = () => (stream || !(seconds > 0) ? run() : runBefore(startedAtMs + seconds * 1000, run));
  if (call === undefined || solve.idempotencyKey === "") return within();
  return runInCall({ ...call, connectionLost: () => true }, within);
}

function headerOf({ headers }: HttpExchange, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}

function modelCard(id: string, models: readonly Model[]) {
  const behind = id.includes("/") ? id.slice(id.indexOf("/") + 1) : undefined;
  const model = behind === undefined ? models[0] : models.find((listed) => listed.id === behind);
  const length = model === undefined ? {} : { context_window: model.contextLength, max_model_len: model.contextLength };
  return { id, object: "model", created: 0, owned_by: "reckon", active: true, ...length };
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // No escapes: a name like any other.
  }
}

function refuse(exchange: HttpExchange, status: number, message: string, headers: Record<string, string> = {}): void {
  const error = { message, type: "invalid_request_error", param: null, code: null };
  exchange.respond(status, { ...json, ...headers, "x-request-id": randomUUID() }, JSON.stringify({ error }));
}

function sendError(exchange: HttpExchange, thrown: unknown, paramOf?: ParamOf): void {
  const { status, headers, body } = apiError(thrown, paramOf);
  exchange.respond(status, { ...headers, "x-request-id": randomUUID() }, JSON.stringify(body));
}
