import type { Model } from "@reckon/client";
import type { Target } from "../arguments/common-flags.ts";
import { connect } from "../cluster/connect.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { stripControl } from "../terminal/strip-control.ts";

/** `reckon models`: what can think, and what it can do. */
export async function runModels(
  { json, target }: { readonly json: boolean; readonly target: Target },
  io: Io,
): Promise<number> {
  const interrupts = listenForInterrupts();
  const connecting = connect(target, { stderr: io.stderr, signal: interrupts.signal });
  // Loaded while the services start.
  const { createReckon } = await import("@reckon/client");
  const connection = await connecting;
  try {
    const models = await createReckon(connection.client).models({ signal: interrupts.signal });
    await writeLines(io.stdout, json ? models.map((model) => jsonLine(model)) : modelLines(models));
    return models.length > 0 ? exitCodes.ok : exitCodes.failed;
  } finally {
    await connection.close();
    interrupts.close();
  }
}

/** A table of models, the default one marked. */
export function modelLines(models: readonly Model[]): string[] {
  if (models.length === 0) return ["no models"];
  const rows = models.map((model) => [
    `${model.default ? "*" : " "} ${model.id}`,
    model.backend,
    model.parameters === undefined ? "-" : sizeOf(model.parameters),
    `${model.contextLength} tokens`,
    abilitiesOf(model).join(", "),
  ]);
  const table = [["  model", "backend", "size", "context", "can"], ...rows].map((row) =>
    row.map((cell) => stripControl(cell)),
  );
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function abilitiesOf({ capabilities: can }: Model): string[] {
  return [
    ...(can.logprobs ? ["logprobs"] : []),
    ...(can.n ? ["n"] : []),
    ...(can.abort ? ["abort"] : []),
    ...(can.continueFromPrefix ? ["prefix"] : []),
    ...(can.seed ? ["seed"] : []),
    ...(can.processReward ? ["process reward"] : []),
    ...can.policies.map((policy) => `policy ${policy}`),
  ];
}

function sizeOf(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(1)} B`;
  return parameters >= 1e6 ? `${(parameters / 1e6).toFixed(2)} M` : `${Math.round(parameters / 1e3)} k`;
}
