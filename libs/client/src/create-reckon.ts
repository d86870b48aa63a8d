import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type CallOptions as ConnectCallOptions, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { InsightsService } from "@reckon/proto/reckon/insights/v1/insights";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { OrchestratorService, SolveBatchRequestSchema } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { type Batch, type BatchItem, type BatchOptions, batchEventFromProto, createBatch } from "./batch.ts";
import { answerKinds } from "./enums.ts";
import { estimateFromProto, modelFromProto } from "./from-proto.ts";
import { type Insights, type InsightsOptions, insightsFromProto } from "./insights.ts";
import { ReckonError } from "./reckon-error.ts";
import type { Solve } from "./solve.ts";
import { createSolveCalls } from "./solve-calls.ts";
import type { CallOptions, ResumeOptions, SolveCallOptions, SolveOptions } from "./solve-options.ts";
import { bigCount, checked, count, problemToProto, solveOptionsToProto } from "./to-proto.ts";
import type { EquivalenceClass, Estimate, Model, ProblemInput } from "./values.ts";
import type { AnswerKind } from "./vocabulary.ts";

/** How to reach Reckon. */
export interface ReckonOptions {
  /** Address of an orchestrator, for example `http://127.0.0.1:8080`; a path is kept as a prefix. */
  readonly url: string;
  /** API key or token, sent with every call as `authorization: Bearer`. Default: none, for servers that ask for none. */
  readonly apiKey?: string;
  /** Headers of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Connect interceptors, the first one outermost. */
  readonly interceptors?: readonly Interceptor[];
}

/** A client of one Reckon server. It holds no connection of its own and needs no closing. */
export interface Reckon {
  /** Solves one problem. Nothing is sent before its events or its outcome are asked for. */
  solve(problem: ProblemInput, options?: SolveOptions & SolveCallOptions): Solve;
  /**
   * Follows a solve that was begun before, by another process perhaps: the events after `after`, then the live ones. Throws
   * `not-found` for a solve that is not running and not remembered. Leaving it does not end the solve.
   */
  resume(solveId: string, options?: ResumeOptions): Solve;
  /** Solves many problems over one call, under one budget. */
  solveBatch(items: readonly BatchItem[], options?: BatchOptions & CallOptions): Batch;
  /** Says how hard a problem is, without solving it. */
  estimate(problem: ProblemInput, options?: CallOptions): Promise<Estimate>;
  /** The models that can think, the default one first. */
  models(options?: CallOptions): Promise<readonly Model[]>;
  /** Sorts answers into classes of equivalent ones. */
  equivalence(
    answers: readonly string[],
    options?: CallOptions & { readonly answerKind?: AnswerKind },
  ): Promise<readonly EquivalenceClass[]>;
  /** How thinking has paid lately: this client's solves of the latest few thousand, in the process that answers. */
  insights(options?: InsightsOptions): Promise<Insights>;
  /** Says whether the answer of a solve was right. Throws `not-found` where it is not remembered. */
  reportCorrectness(solveId: string, correct: boolean, options?: CallOptions): Promise<void>;
  /** Ends a running solve by its id; it then ends with its best answer so far. Throws `not-found` for any other id. */
  cancel(solveId: string, options?: CallOptions): Promise<void>;
}

/** Makes a client of the server at `url`. Works in Node 22 and newer and in browsers. Throws `invalid-argument` for a bad url. */
export function createReckon(options: ReckonOptions): Reckon {
  const transport = createConnectTransport({
    baseUrl: baseUrlOf(options.url),
    useBinaryFormat: true,
    interceptors: [...(options.interceptors ?? [])],
    ...(options.fetch && { fetch: options.fetch }),
  });
  const orchestrator = createClient(OrchestratorService, transport);
  const difficulty = createClient(DifficultyService, transport);
  const model = createClient(ModelService, transport);
  const verifier = createClient(VerifierService, transport);
  const insights = createClient(InsightsService, transport);

  const own = {
    ...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
    ...options.headers,
  };
  function callOptions({ signal, deadlineMs, headers }: CallOptions): ConnectCallOptions {
    return {
      headers: { ...own, ...headers },
      ...(signal && { signal }),
      ...(deadlineMs !== undefined && { timeoutMs: deadlineMs }),
    };
  }

  async function cancel(solveId: string, call: CallOptions = {}): Promise<void> {
    await typed(orchestrator.cancel({ solveId }, callOptions(call)));
  }
  const solves = createSolveCalls({ orchestrator, callOptions, cancel });

  return {
    cancel,
    solve: (problem, solveOptions = {}) => solves.solve(problem, solveOptions),
    resume: (solveId, resumeOptions = {}) => solves.resume(solveId, resumeOptions),
    solveBatch(
      items,
      { maxParallel, maxOutputTokens, maxCalls, maxTotalTokens, maxCostUsd, streamEvents, ...shared } = {},
    ) {
      const request = checked("batch", () =>
        create(SolveBatchRequestSchema, {
          items: items.map((item) => ({
            id: item.id ?? "",
            problem: problemToProto(item.problem),
            ...(item.options && { options: solveOptionsToProto(item.options) }),
          })),
          options: solveOptionsToProto(shared),
          maxParallel: count("maxParallel", maxParallel),
          maxOutputTokens: bigCount("maxOutputTokens", maxOutputTokens),
          maxCalls: bigCount("maxCalls", maxCalls),
          maxTotalTokens: bigCount("maxTotalTokens", maxTotalTokens),
          maxCostUsd,
          streamEvents: streamEvents ?? false,
        }),
      );
      const { signal, ...rest } = shared;
      return createBatch(async function* (callSignal) {
        for await (const news of orchestrator.solveBatch(request, callOptions({ ...rest, signal: callSignal }))) {
          yield batchEventFromProto(news);
        }
      }, signal);
    },
    async estimate(problem, call = {}) {
      return estimateFromProto(
        await typed(difficulty.estimate({ problem: problemToProto(problem) }, callOptions(call))),
      );
    },
    async models(call = {}) {
      const { models } = await typed(model.listModels({}, callOptions(call)));
      return models.map(modelFromProto);
    },
    async insights({ sinceMs, logEntries, ...call } = {}) {
      const request = checked("insights", () => ({
        ...(sinceMs !== undefined && { since: durationFromMs(Math.round(sinceMs)) }),
        logEntries: count("logEntries", logEntries),
      }));
      return insightsFromProto(await typed(insights.getInsights(request, callOptions(call))));
    },
    async reportCorrectness(solveId, correct, call = {}) {
      await typed(insights.reportCorrectness({ solveId, correct }, callOptions(call)));
    },
    async equivalence(answers, { answerKind, ...call } = {}) {
      const request = checked("answerKind", () => ({
        answers: [...answers],
        answerKind: answerKinds.numberOf(answerKind),
      }));
      const { classes } = await typed(verifier.checkEquivalence(request, callOptions(call)));
      return classes.map(({ canonical, members }) => ({ canonical, members }));
    },
  };
}

async function typed<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    throw ReckonError.from(thrown);
  }
}

function baseUrlOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed && (parsed.protocol === "http:" || parsed.protocol === "https:")) return parsed.href.replace(/\/$/, "");
  const description = `${JSON.stringify(url)} is not an address; it must look like http://127.0.0.1:8080`;
  throw new ReckonError("invalid-argument", `url: ${description}`, { violations: [{ field: "url", description }] });
}
