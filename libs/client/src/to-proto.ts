import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import {
  type SolveOptions as SolveOptionsMessage,
  SolveOptionsSchema,
} from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { type Problem, ProblemSchema } from "@reckon/proto/reckon/types/v1/problem";
import { answerKinds, methods, priorities, roles, selections, strategies } from "./enums.ts";
import { ReckonError } from "./reckon-error.ts";
import type { SolveOptions } from "./solve-options.ts";
import type { ProblemInput } from "./values.ts";

/** A problem as the wire has it. Throws `invalid-argument` for a role or an answer kind that there is not. */
export function problemToProto(input: ProblemInput): Problem {
  if (typeof input === "string") return create(ProblemSchema, { prompt: input });
  return checked("problem", () => {
    const answerKind = answerKinds.numberOf(input.answerKind);
    if ("prompt" in input) return create(ProblemSchema, { prompt: input.prompt, answerKind });
    const messages = input.messages.map(({ role, content }) => ({ role: roles.numberOf(role), content }));
    return create(ProblemSchema, { messages, answerKind });
  });
}

/** Options as the wire has them. Throws `invalid-argument` for words and numbers that the wire cannot carry. */
export function solveOptionsToProto(options: SolveOptions): SolveOptionsMessage {
  return checked("options", () => {
    const init: MessageInitShape<typeof SolveOptionsSchema> = {
      strategy: strategies.numberOf(options.strategy),
      method: methods.numberOf(options.method),
      selection: selections.numberOf(options.selection),
      samples: count("samples", options.samples),
      window: count("window", options.window),
      minSteps: count("minSteps", options.minSteps),
      maxSteps: count("maxSteps", options.maxSteps),
      verificationRounds: count("verificationRounds", options.verificationRounds),
      timeout: durationFromMs("timeoutMs", options.timeoutMs),
      temperature: options.temperature,
      topP: options.topP,
      seed: bigCount("seed", options.seed),
      difficulty: options.difficulty,
      confidenceThreshold: options.confidenceThreshold,
      stopRule: options.stopRule ?? "",
      maxOutputTokens: bigCount("maxOutputTokens", options.maxOutputTokens),
      maxCalls: count("maxCalls", options.maxCalls),
      maxTotalTokens: bigCount("maxTotalTokens", options.maxTotalTokens),
      maxCostUsd: options.maxCostUsd,
      priority: priorities.numberOf(options.priority),
      model: options.model ?? "",
      omitThoughts: options.omitThoughts ?? false,
      earlyStopping: options.earlyStopping,
      expansions: count("expansions", options.expansions),
      lookAhead: count("lookAhead", options.lookAhead),
      diverse: options.diverse,
      attempts: count("attempts", options.attempts),
      rejectEarly: options.rejectEarly,
      drafts: count("drafts", options.drafts),
    };
    return create(SolveOptionsSchema, init);
  });
}

/** A whole number as the wire's uint64; throws `TypeError` for anything else. */
export function bigCount(name: string, value: number | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new TypeError(`${name} is ${value}; it must be a whole number from 0 to 2^53 - 1`);
  }
  return BigInt(value);
}

/** A whole number as the wire's uint32; throws `TypeError` for anything else. */
export function count(name: string, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new TypeError(`${name} is ${value}; it must be a whole number from 0 to 2^32 - 1`);
  }
  return value;
}

/** Runs a conversion; what it throws becomes `invalid-argument` for the field. */
export function checked<T>(field: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ReckonError("invalid-argument", error.message, {
      cause: error,
      violations: [{ field, description: error.message }],
    });
  }
}

function durationFromMs(name: string, ms: number | undefined): Duration | undefined {
  if (ms === undefined) return undefined;
  if (!Number.isFinite(ms) || Math.abs(ms) > 1e12)
    throw new TypeError(`${name} is ${ms}; it must be a number of milliseconds`);
  const seconds = Math.trunc(ms / 1000);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) });
}
