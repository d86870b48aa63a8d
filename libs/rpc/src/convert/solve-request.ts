import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type LedgerCaps, limits, type PlanOverrides, type Problem, ReckonError, type StopRule } from "@reckon/core";
import { readStopRule, writeStopRule } from "@reckon/planning";
import * as wire from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { type Border, convertStrictly, type Range } from "./border.ts";
import { solveIdBytes } from "./difficulty.ts";
import { methods, priorities, selections, strategies } from "./plan.ts";
import { readProblem } from "./problem.ts";

/** What a client asks for beside the problem: what it fixes of the plan, and what it wants to hear. */
export interface SolveOptions {
  readonly overrides: PlanOverrides;
  /** Leave `thought-delta` events out. */
  readonly omitThoughts: boolean;
}

/** One problem to solve. */
export interface SolveRequest extends SolveOptions {
  readonly problem: Problem;
}

/** One problem of a batch, by the client's id. */
export interface BatchItem extends SolveRequest {
  readonly id: string;
}

/** Problems to solve together. */
export interface SolveBatchRequest {
  readonly items: readonly BatchItem[];
  /** Problems in work at once. */
  readonly maxParallel: number;
  /** Of the whole batch; without those that were not set. */
  readonly caps: LedgerCaps;
  readonly streamEvents: boolean;
}

const probability: Range = { min: 0, max: 1 };
const defaultParallel = 4;

/** A solve from a request; throws `invalid-argument` with all that is wrong. */
export function solveRequestFromProto(request: wire.SolveRequest): SolveRequest {
  return convertStrictly((border) => ({
    problem: readProblem(border, "problem", request.problem),
    ...readSolveOptions(border, "options", request.options),
  }));
}

/** Options of a solve from a request; throws `invalid-argument` with all that is wrong. */
export function solveOptionsFromProto(options: wire.SolveOptions | undefined, path = "options"): SolveOptions {
  return convertStrictly((border) => readSolveOptions(border, path, options));
}

/** A batch from a request; throws `invalid-argument` with all that is wrong. */
export function solveBatchRequestFromProto(request: wire.SolveBatchRequest): SolveBatchRequest {
  return convertStrictly((border) => {
    const { options, maxParallel } = request;
    const items = border.list("items", request.items, limits.batchItems, "items");
    checkBatchBytes(border, items);
    const shared = readSolveOptions(border, "options", options);
    const seen = new Set<string>();
    return {
      items: items.map((item, index) => {
        const path = `items[${index}]`;
        const id = item.id === "" ? String(index) : border.text(`${path}.id`, item.id, limits.idBytes);
        if (seen.has(id)) border.reject(`${path}.id`, `"${id}" is used before; ids are unique within a batch`);
        seen.add(id);
        const own = item.options === undefined ? shared : readSolveOptions(border, `${path}.options`, item.options);
        return { id, problem: readProblem(border, `${path}.problem`, item.problem), ...own };
      }),
      maxParallel:
        maxParallel === undefined ? defaultParallel : border.number("max_parallel", maxParallel, limits.batchParallel),
      caps: readBatchCaps(border, request),
      streamEvents: request.streamEvents,
    };
  });
}

/** Id of a solve from a request; throws `invalid-argument` where it is empty or too long. */
export function solveIdFromProto(solveId: string): string {
  return convertStrictly((border) => border.text("solve_id", solveId, solveIdBytes, 1));
}

function readBatchCaps(border: Border, request: wire.SolveBatchRequest): LedgerCaps {
  const { maxOutputTokens, maxCalls, maxTotalTokens, maxCostUsd } = request;
  const whole = (name: string, value: bigint | undefined, range: Range) =>
    value === undefined ? undefined : border.integer(name, value, range);
  return withoutUndefined({
    maxOutputTokens: whole("max_output_tokens", maxOutputTokens, limits.batchMaxOutputTokens),
    maxCalls: whole("max_calls", maxCalls, limits.batchMaxCalls),
    maxTotalTokens: whole("max_total_tokens", maxTotalTokens, limits.batchMaxTotalTokens),
    maxCostUsd:
      maxCostUsd === undefined ? undefined : border.numberAbove("max_cost_usd", maxCostUsd, limits.maxCostUsd),
  });
}

function checkBatchBytes(border: Border, items: readonly wire.BatchItem[]): void {
  let bytes = 0;
  for (const { problem } of items) {
    bytes += Buffer.byteLength(problem?.prompt ?? "");
    for (const message of problem?.messages ?? []) bytes += Buffer.byteLength(message.content);
  }
  if (bytes > limits.batchBytes) {
    border.reject("items", `${bytes} bytes are more than the limit of ${limits.batchBytes} bytes`);
  }
}

/** Reads options, collecting what is wrong on the border given. */
export function readSolveOptions(border: Border, path: string, options: wire.SolveOptions | undefined): SolveOptions {
  if (options === undefined) return { overrides: {}, omitThoughts: false };
  const name = (field: string) => `${path}.${field}`;
  const number = (field: string, value: number | undefined, range: Range) =>
    value === undefined ? undefined : border.number(name(field), value, range);
  const above = (field: string, value: number | undefined) =>
    value === undefined ? undefined : border.numberAbove(name(field), value, probability);
  const integer = (field: string, value: bigint | undefined, range: Range) =>
    value === undefined ? undefined : border.integer(name(field), value, range);
  const { minSteps, maxSteps } = options;
  if (minSteps !== undefined && maxSteps !== undefined && minSteps > maxSteps) {
    border.reject(name("min_steps"), `${minSteps} is more than max_steps, ${maxSteps}`);
  }
  const overrides: PlanOverrides = {
    strategy: strategies.fromRequest(border, name("strategy"), options.strategy),
    method: methods.fromRequest(border, name("method"), options.method),
    selection: selections.fromRequest(border, name("selection"), options.selection),
    samples: number("samples", options.samples, limits.samples),
    window: number("window", options.window, limits.window),
    minSteps: number("min_steps", minSteps, limits.steps),
    maxSteps: number("max_steps", maxSteps, limits.steps),
    verificationRounds: number("verification_rounds", options.verificationRounds, limits.verificationRounds),
    timeoutMs: options.timeout && border.durationMs(name("timeout"), options.timeout, limits.timeoutMs),
    temperature: number("temperature", options.temperature, limits.temperature),
    topP: above("top_p", options.topP),
    seed: integer("seed", options.seed, limits.seed),
    difficulty: number("difficulty", options.difficulty, probability),
    confidenceThreshold: above("confidence_threshold", options.confidenceThreshold),
    stopRule: options.stopRule === "" ? undefined : readRule(border, name("stop_rule"), options.stopRule),
    maxOutputTokens: integer("max_output_tokens", options.maxOutputTokens, limits.maxOutputTokens),
    maxCalls: number("max_calls", options.maxCalls, limits.maxCalls),
    maxTotalTokens: integer("max_total_tokens", options.maxTotalTokens, limits.maxTotalTokens),
    maxCostUsd:
      options.maxCostUsd === undefined
        ? undefined
        : border.numberAbove(name("max_cost_usd"), options.maxCostUsd, limits.maxCostUsd),
    priority: priorities.fromRequest(border, name("priority"), options.priority),
    model: options.model === "" ? undefined : border.text(name("model"), options.model, limits.idBytes),
    earlyStopping: options.earlyStopping,
    expansions: number("expansions", options.expansions, limits.expansions),
    lookAhead: number("look_ahead", options.lookAhead, limits.lookAhead),
    diverse: options.diverse,
    attempts: number("attempts", options.attempts, limits.attempts),
    rejectEarly: options.rejectEarly,
    drafts: number("drafts", options.drafts, limits.drafts),
  };
  const { method, selection } = overrides;
  if (selection !== undefined && method !== undefined && method !== "best-of-n") {
    border.reject(name("selection"), `${selection} goes only with METHOD_BEST_OF_N, not with ${method}`);
  }
  return { overrides: withoutUndefined(overrides), omitThoughts: options.omitThoughts };
}

function readRule(border: Border, path: string, text: string): StopRule | undefined {
  try {
    return readStopRule(border.text(path, text, limits.idBytes));
  } catch (error) {
    border.reject(path, ReckonError.from(error).message);
    return undefined;
  }
}

/** Options of a solve for the wire. */
export function solveOptionsToProto({ overrides, omitThoughts }: SolveOptions): wire.SolveOptions {
  const {
    strategy,
    method,
    selection,
    timeoutMs,
    seed,
    maxOutputTokens,
    maxTotalTokens,
    priority,
    model,
    stopRule,
    ...same
  } = overrides;
  return create(wire.SolveOptionsSchema, {
    ...same,
    strategy: strategies.toProto(strategy),
    method: methods.toProto(method),
    selection: selections.toProto(selection),
    timeout: timeoutMs === undefined ? undefined : durationFromMs(timeoutMs),
    seed: seed === undefined ? undefined : BigInt(seed),
    maxOutputTokens: maxOutputTokens === undefined ? undefined : BigInt(maxOutputTokens),
    maxTotalTokens: maxTotalTokens === undefined ? undefined : BigInt(maxTotalTokens),
    priority: priorities.toProto(priority),
    model: model ?? "",
    stopRule: stopRule === undefined ? "" : writeStopRule(stopRule),
    omitThoughts,
  });
}

// Spreading overrides over defaults must not erase defaults.
function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
