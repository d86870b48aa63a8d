import type { ParseArgsOptionsConfig } from "node:util";
import type { AnswerKind, Method, Priority, Selection, SolveOptions, Strategy } from "@reckon/client";
import { limits } from "@reckon/core";
import { isSet, type ParsedFlags, textFlag } from "./parse-flags.ts";
import { choice, decimal, timeMs, wholeNumber } from "./read-values.ts";

const strategies: readonly Strategy[] = ["fast", "balanced", "comprehensive", "adaptive"];
const methods: readonly Method[] = [
  "single",
  "self-consistency",
  "best-of-n",
  "beam",
  "monte-carlo",
  "tree",
  "revision",
];
const selections: readonly Selection[] = ["best-score", "majority", "weighted-vote"];
const priorities: readonly Priority[] = ["low", "normal", "high"];
const answerKinds: readonly AnswerKind[] = ["number", "choice", "expression", "code", "tool-call", "text"];

/** Flags that say how to think; those of `ask` and `batch`. */
export const solveFlags = {
  strategy: { type: "string", short: "s" },
  method: { type: "string", short: "m" },
  selection: { type: "string" },
  samples: { type: "string", short: "n" },
  window: { type: "string" },
  steps: { type: "string" },
  "min-steps": { type: "string" },
  rounds: { type: "string" },
  timeout: { type: "string", short: "t" },
  temperature: { type: "string" },
  "top-p": { type: "string" },
  seed: { type: "string" },
  difficulty: { type: "string" },
  threshold: { type: "string" },
  "stop-rule": { type: "string" },
  model: { type: "string" },
  "max-tokens": { type: "string" },
  "max-calls": { type: "string" },
  "max-total-tokens": { type: "string" },
  "max-cost": { type: "string" },
  priority: { type: "string" },
  "answer-kind": { type: "string" },
  "no-early-stop": { type: "boolean" },
  expansions: { type: "string" },
  "look-ahead": { type: "string" },
  drafts: { type: "string" },
  diverse: { type: "boolean" },
  attempts: { type: "string" },
  "reject-early": { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

/** Reads them, and checks each range here: a mistake is told before any service has been started for it. */
export function solveOptionsOf(flags: ParsedFlags): SolveOptions {
  const text = (name: string) => textFlag(flags, name);
  const options: SolveOptions = {
    strategy: choice("--strategy", text("strategy"), strategies),
    method: choice("--method", text("method"), methods),
    selection: choice("--selection", text("selection"), selections),
    samples: wholeNumber("-n (--samples)", text("samples"), limits.samples),
    window: text("window") === "auto" ? undefined : wholeNumber("--window", text("window"), limits.window),
    maxSteps: wholeNumber("--steps", text("steps"), limits.steps),
    minSteps: wholeNumber("--min-steps", text("min-steps"), limits.steps),
    verificationRounds: wholeNumber("--rounds", text("rounds"), limits.verificationRounds),
    timeoutMs: timeMs("--timeout", text("timeout"), limits.timeoutMs),
    temperature: decimal("--temperature", text("temperature"), limits.temperature),
    topP: decimal("--top-p", text("top-p"), { min: 0, max: 1, above: true }),
    seed: wholeNumber("--seed", text("seed"), limits.seed),
    difficulty: decimal("--difficulty", text("difficulty"), { min: 0, max: 1 }),
    confidenceThreshold: decimal("--threshold", text("threshold"), { min: 0, max: 1, above: true }),
    stopRule: text("stop-rule"),
    maxOutputTokens: wholeNumber("--max-tokens", text("max-tokens"), limits.maxOutputTokens),
    maxCalls: wholeNumber("--max-calls", text("max-calls"), limits.maxCalls),
    maxTotalTokens: wholeNumber("--max-total-tokens", text("max-total-tokens"), limits.maxTotalTokens),
    maxCostUsd: decimal("--max-cost", text("max-cost"), { ...limits.maxCostUsd, above: true }),
    priority: choice("--priority", text("priority"), priorities),
    model: text("model"),
    earlyStopping: isSet(flags, "no-early-stop") ? false : undefined,
    expansions: wholeNumber("--expansions", text("expansions"), limits.expansions),
    lookAhead: wholeNumber("--look-ahead", text("look-ahead"), limits.lookAhead),
    diverse: isSet(flags, "diverse") ? true : undefined,
    attempts: wholeNumber("--attempts", text("attempts"), limits.attempts),
    rejectEarly: isSet(flags, "reject-early") ? true : undefined,
    drafts: wholeNumber("--drafts", text("drafts"), limits.drafts),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The kind of answer that was asked for. */
export function answerKindOf(flags: ParsedFlags): AnswerKind | undefined {
  return choice("--answer-kind", textFlag(flags, "answer-kind"), answerKinds);
}
