import type { Config } from "@reckon/config";
import type { LedgerCaps, Strategy } from "@reckon/core";

/** Hard limits of a solve by the strategy that it asks for. */
export type StrategyCaps = Readonly<Record<Strategy, LedgerCaps>>;

/** No limits. */
export const noStrategyCaps: StrategyCaps = { fast: {}, balanced: {}, comprehensive: {}, adaptive: {} };

/** The limits of section `[ledger]`. */
export function strategyCapsOf({ ledger }: Pick<Config, "ledger">): StrategyCaps {
  const of = (strategy: Strategy): LedgerCaps => ({
    maxCalls: ledger[`${strategy}_max_calls`],
    maxTotalTokens: ledger[`${strategy}_max_tokens`],
    maxCostUsd: ledger[`${strategy}_max_cost`],
  });
  return { fast: of("fast"), balanced: of("balanced"), comprehensive: of("comprehensive"), adaptive: of("adaptive") };
}
