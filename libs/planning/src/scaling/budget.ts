import { ReckonError } from "@reckon/core";
import type { Cost } from "./cost-model.ts";

/** What can be run out of. `total-tokens`: prompts, output and verifiers. */
export type BudgetUnit = "total-tokens" | "output-tokens" | "usd" | "seconds" | "calls";

/** So much of it, > 0. */
export interface Budget {
  readonly unit: BudgetUnit;
  readonly amount: number;
}

const units: Readonly<Record<string, BudgetUnit>> = {
  tokens: "total-tokens",
  token: "total-tokens",
  "total-tokens": "total-tokens",
  "output-tokens": "output-tokens",
  usd: "usd",
  s: "seconds",
  seconds: "seconds",
  calls: "calls",
  samples: "calls",
};

/** Reads `1e6-tokens`, `2e5-output-tokens`, `5-usd`, `30-s` or `400-calls`. Throws `invalid-argument` naming what is wrong. */
export function parseBudget(text: string): Budget {
  const match = /^(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)[-\s]?([a-z-]+)$/i.exec(text.trim());
  const amount = Number(match?.[1]);
  const unit = units[(match?.[2] ?? "").toLowerCase()];
  if (unit !== undefined && amount > 0 && Number.isFinite(amount)) return { unit, amount };
  throw new ReckonError(
    "invalid-argument",
    `the budget is ${JSON.stringify(text)}; it takes an amount above 0 with a unit, such as 1e6-tokens, 2e5-output-tokens, 5-usd, 30-s or 400-calls`,
  );
}

/** An amount with its unit, for a plan's reasons. */
export function budgetText({ unit, amount }: Budget): string {
  const noun = {
    "output-tokens": "output tokens",
    "total-tokens": "tokens",
    usd: "US dollars",
    calls: "calls",
    seconds: "seconds",
  };
  return `${unit === "usd" ? Number(amount.toPrecision(3)) : Math.round(amount)} ${noun[unit]}`;
}

/** How much of a unit a cost is; `undefined` where it is not known. Seconds are those of latency. */
export function spentOf(cost: Cost, unit: BudgetUnit): number | undefined {
  switch (unit) {
    case "total-tokens":
      return cost.totalTokens;
    case "output-tokens":
      return cost.outputTokens;
    case "usd":
      return cost.costUsd;
    case "seconds":
      return cost.latencyMs === undefined ? undefined : cost.latencyMs / 1000;
    case "calls":
      return cost.calls;
  }
}
