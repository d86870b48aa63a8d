import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { BatchEvent, Ledger, Reckon, SolveOptions } from "@reckon/client";
import type { BatchCommand } from "../arguments/parse-command.ts";
import { connect } from "../cluster/connect.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { paintLine } from "../terminal/line.ts";
import { createStatusLine } from "../terminal/status-line.ts";
import { themeOf } from "../terminal/theme.ts";
import { progressLine } from "../view/progress-line.ts";
import { splitIntoCalls } from "./batch-calls.ts";
import { parseBatchInput } from "./batch-input.ts";
import { readInput } from "./read-input.ts";

/** `reckon batch`: solves the problems of a file and writes one result a line, as they are ready. */
export async function runBatch(command: BatchCommand, io: Io): Promise<number> {
  const name = command.file === "-" ? "stdin" : command.file;
  const text = await readInput(command.file, io);
  const items = parseBatchInput(text, { file: name, answerKind: command.answerKind, options: command.options });
  const out = command.out === undefined ? io.stdout : createWriteStream(command.out);
  const theme = themeOf(io.stderr, io.env);
  const status = createStatusLine(io.stderr, theme.color);
  const interrupts = listenForInterrupts();
  const startedAtMs = performance.now();
  const counts = { total: items.length, solved: 0, failed: 0, answered: 0, outputTokens: 0 };
  const progress = () => {
    const width = Math.max(20, (io.stderr.columns ?? 80) - 1);
    return progressLine({ ...counts, elapsedMs: performance.now() - startedAtMs }, width, theme);
  };
  const ticking = setInterval(() => command.quiet || status.show(progress()), 250);
  const connecting = connect(command.target, { stderr: io.stderr, signal: interrupts.signal });
  // Loaded while the services start.
  const { batchEventToJson, createReckon } = await import("@reckon/client");
  const connection = await connecting;
  try {
    const reckon = createReckon(connection.client);
    const calls = splitIntoCalls(items);
    for await (const event of solveAll(reckon, calls, command, interrupts.signal)) {
      if (event.type !== "item-ended") continue;
      if (event.failure) counts.failed += 1;
      else counts.solved += 1;
      if (event.outcome?.answer !== undefined) counts.answered += 1;
      counts.outputTokens += event.outcome ? outputTokensOf(event.outcome.ledger) : 0;
      await writeLines(out, [resultLine(event.id, batchEventToJson(event))]);
      if (!command.quiet) status.show(progress());
    }
    return counts.failed > 0 ? exitCodes.failed : exitCodes.ok;
  } catch (error) {
    const code = interrupts.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    clearInterval(ticking);
    status.clear();
    if (!command.quiet) await writeLines(io.stderr, [paintLine(progress(), theme.color)]);
    if (out !== io.stdout) {
      out.end();
      await finished(out);
    }
    await connection.close();
    interrupts.close();
  }
}

/** One call after the other; the limits hold for all of them together. */
async function* solveAll(
  reckon: Reckon,
  calls: readonly Parameters<Reckon["solveBatch"]>[0][],
  { options, parallel }: BatchCommand,
  signal: AbortSignal,
): AsyncGenerator<BatchEvent, void, void> {
  const { maxOutputTokens, maxCalls, maxTotalTokens, maxCostUsd, ...shared } = options;
  // `fetch` gives up on a stream that is silent for five minutes; problems that may take longer are heard on the way.
  const talk = (options.timeoutMs ?? 0) > 240_000 ? { streamEvents: true, omitThoughts: true } : {};
  let left: Caps = { maxOutputTokens, maxCalls, maxTotalTokens, maxCostUsd };
  for (const items of calls) {
    for await (const event of reckon.solveBatch(items, {
      ...shared,
      maxParallel: parallel,
      ...set(left),
      ...talk,
      signal,
    })) {
      if (event.type === "batch-ended") left = without(left, event.ledger);
      yield event;
    }
  }
}

/** `{"id", "outcome"}` or `{"id", "failure"}`, the rest as protobuf's JSON mapping has it. */
function resultLine(id: string, news: unknown): string {
  const { itemEnded } = news as { readonly itemEnded?: object };
  return jsonLine({ id, ...itemEnded });
}

type Caps = Pick<SolveOptions, "maxOutputTokens" | "maxCalls" | "maxTotalTokens" | "maxCostUsd">;

/** What a call may still spend; the least that can be asked for where nothing is left. */
function without(caps: Caps, ledger: Ledger): Caps {
  const less = (cap: number | undefined, spent: number, least = 1) =>
    cap === undefined ? undefined : Math.max(least, cap - spent);
  const output = outputTokensOf(ledger);
  return {
    maxOutputTokens: less(caps.maxOutputTokens, output),
    maxCalls: less(caps.maxCalls, ledger.calls),
    maxTotalTokens: less(caps.maxTotalTokens, output + ledger.promptTokens + ledger.verifierTokens),
    maxCostUsd: less(caps.maxCostUsd, ledger.costUsd ?? 0, Number.MIN_VALUE),
  };
}

function set(caps: Caps): Caps {
  return Object.fromEntries(Object.entries(caps).filter(([, cap]) => cap !== undefined));
}

function outputTokensOf({ answerTokens, cancelledTokens, failedTokens, hedgedTokens = 0 }: Ledger): number {
  return answerTokens + cancelledTokens + failedTokens + hedgedTokens;
}
