import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine, type EngineOptions } from "@reckon/engine";
import { createAdmission } from "./admission.ts";
import { type FaultPlanInput, parseFaultPlan } from "./faults/fault-plan.ts";
import { createFaultSchedule } from "./faults/fault-schedule.ts";
import { ApiError } from "./http/api-error.ts";
import { createExchange, type Exchange } from "./http/exchange.ts";
import { createRoutes } from "./http/routes.ts";
import { createRateLimit, type RateLimits } from "./rate-limit.ts";
import type { ServedModel } from "./served-model.ts";
import { createServerCounts, type ServerCounts } from "./server-counts.ts";
import { createStubModel, type StubOptions } from "./stub/stub-model.ts";
import { createUsageRecords, type UsageRecord } from "./usage-records.ts";

/** How to serve a model. */
export interface ModelServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** A model that runs already and is not closed with the server. Default: the embedded one, started for it. */
  readonly model?: ServedModel;
  /** How to start the embedded model. */
  readonly engine?: Omit<EngineOptions, "parts">;
  /** Serve canned texts in place of a model. */
  readonly stub?: StubOptions;
  /** Faults and their schedule. Default: none. */
  readonly faults?: FaultPlanInput;
  /** Asked for as `Authorization: Bearer`. Default: none is needed. */
  readonly apiKey?: string;
  /** Told of each chat completion that has ended, however that was, with what it has used. */
  readonly onEnd?: (record: UsageRecord) => void;
  /** Whether white space at the end of a prefix is lost, as in chat templates that trim messages (that of Llama 3). Default false. */
  readonly trimsPrefixes?: boolean;
  /** Of Groq's dialect. */
  readonly rateLimits?: RateLimits;
}

/** A model server that listens. */
export interface ModelServer {
  /** `http://host:port`; the OpenAI API is at `/v1` below it, Groq's at `/openai/v1`. */
  readonly url: string;
  readonly port: number;
  /** The id of the model that is served. */
  readonly model: string;
  /** A copy of what has been counted so far. */
  counts(): ServerCounts;
  /** Replaces the faults; requests are counted from 0 again for them. Throws `invalid-argument`. */
  setFaults(plan: FaultPlanInput): void;
  /**
   * Takes no more connections, gives running requests `drainTimeoutMs` (default 0) to end, cuts off the rest, and ends the
   * model.
   */
  close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}

const defaultBatch = 64;
/** The stub has no batch; a request more costs a timer's entry. */
const stubBatch = 1_000_000;

/**
 * Serves the embedded model and its process reward model over HTTP: OpenAI's API as vLLM speaks it, Groq's dialect, vLLM's
 * `/pooling`, `/metrics` and `/health`. Rejects as `createEngine` does, with `invalid-argument` for a wrong fault plan, and
 * with the system's error where the port is taken.
 */
export async function createModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const { host = "127.0.0.1", port = 0, stub, apiKey } = options;
  let schedule = createFaultSchedule(parseFaultPlan(options.faults ?? {}));
  const model = options.model ?? (stub ? createStubModel(stub) : await createEngine(options.engine));
  const maxBatch = stub ? stubBatch : (options.engine?.maxBatch ?? defaultBatch);
  const counts = createServerCounts();
  const route = createRoutes({
    model,
    counts,
    maxBatch,
    records: createUsageRecords(),
    admission: createAdmission(maxBatch),
    faults: () => schedule,
    onEnd: options.onEnd,
    rateLimit: createRateLimit(options.rateLimits),
    trimsPrefixes: options.trimsPrefixes ?? false,
  });
  const live = new Set<Promise<void>>();

  const serve = async (exchange: Exchange): Promise<void> => {
    try {
      if (apiKey !== undefined && exchange.path !== "/health") assertKey(exchange, apiKey);
      await route(exchange);
    } catch (error) {
      if (!exchange.signal.aborted) exchange.sendError(ApiError.from(error));
    }
  };
  const server = createServer((request, response) => {
    const handling = serve(createExchange(request, response));
    live.add(handling);
    void handling.finally(() => live.delete(handling));
  });
  // Clients keep connections open between the samples of a solve.
  server.keepAliveTimeout = 60_000;
  const closeModel = async () => {
    if (options.model === undefined) await model.close();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      // Load tests open thousands of connections at once.
      server.listen({ port, host, backlog: 4_096 }, resolve);
    });
  } catch (error) {
    await closeModel();
    throw error;
  }
  const address = server.address() as AddressInfo;
  const shownHost = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    model: model.model.id,
    url: `http://${shownHost}:${address.port}`,
    port: address.port,
    counts: () => ({ ...counts, faults: { ...counts.faults } }),
    setFaults(plan) {
      schedule = createFaultSchedule(parseFaultPlan(plan));
    },
    async close({ drainTimeoutMs = 0 } = {}) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if (drainTimeoutMs > 0 && live.size > 0) await drained(live, drainTimeoutMs);
      server.closeAllConnections();
      await closed;
      await Promise.all(live);
      await closeModel();
    },
  };
}

async function drained(live: ReadonlySet<Promise<void>>, timeoutMs: number): Promise<void> {
  const over = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([Promise.all(live), late]);
  over.abort();
}

function assertKey(exchange: Exchange, apiKey: string): void {
  if (exchange.headers.authorization === `Bearer ${apiKey}`) return;
  throw new ApiError(401, "the API key is missing or wrong", { type: "authentication_error", code: "invalid_api_key" });
}
