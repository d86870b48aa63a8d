import type { Insights } from "@reckon/client";
import type { InsightsCommand } from "../arguments/insights-command.ts";
import { connect } from "../cluster/connect.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import { duration, percent, plural, score } from "../view/format.ts";

/** `reckon insights`: how thinking has paid lately, and whether an answer was right. */
export async function runInsights(command: InsightsCommand, io: Io): Promise<number> {
  const interrupts = listenForInterrupts();
  const connecting = connect(command.target, { stderr: io.stderr, signal: interrupts.signal });
  const { createReckon } = await import("@reckon/client");
  const connection = await connecting;
  try {
    const reckon = createReckon(connection.client);
    const { signal } = interrupts;
    if (command.report !== undefined) {
      await reckon.reportCorrectness(command.report.solveId, command.report.correct, { signal });
      return exitCodes.ok;
    }
    const { sinceMs, logEntries } = command;
    const insights = await reckon.insights({
      signal,
      ...(sinceMs !== undefined && { sinceMs }),
      ...(logEntries !== undefined && { logEntries }),
    });
    await writeLines(io.stdout, command.json ? [jsonLine(insights)] : insightLines(insights));
    return exitCodes.ok;
  } finally {
    await connection.close();
    interrupts.close();
  }
}

/** Insights for people. */
export function insightLines(insights: Insights): string[] {
  const { calibration, tokens, tokensSaved } = insights;
  const now = `${plural(insights.thinking, "solve")} thinking now, ${insights.queueDepth} waiting`;
  if (insights.solves === 0) return [`no solve has ended here; ${now}`];
  const two = (value: number) => score(value);
  const forgotten = insights.forgotten > 0 ? ` (${plural(insights.forgotten, "older one")} forgotten)` : "";
  const planned = tokens + tokensSaved;
  return [
    `${plural(insights.solves, "solve")} since ${insights.earliest?.toISOString() ?? "?"}${forgotten}; ${now}`,
    `timeouts ${percent(insights.timeoutRate)}, ${plural(tokens, "token")}, ${tokensSaved.toLocaleString("en-US")} saved against the plans' N (${percent(planned === 0 ? 0 : tokensSaved / planned)})`,
    "",
    "                 mean      10 %    median      90 %",
    distributionLine("difficulty", insights.difficulty, two),
    distributionLine("confidence", insights.confidence, two),
    distributionLine("steps", insights.steps, two),
    distributionLine("samples", insights.samples, two),
    distributionLine("latency", insights.latencyMs, duration),
    "",
    calibrationLine(calibration),
    ...(insights.log.length > 0 ? ["", ...insights.log.flatMap(entryLines)] : []),
  ];
}

function distributionLine(name: string, values: Insights["difficulty"], show: (value: number) => string): string {
  if (values.count === 0) return `${name.padEnd(11)}        -`;
  return `${name.padEnd(11)} ${[values.mean, values.p10, values.p50, values.p90].map((v) => show(v).padStart(9)).join(" ")}`;
}

function calibrationLine(now: Insights["calibration"]): string {
  const { basis, count, meanConfidence, accuracy, calibrationError, errorByChance, brier, auroc } = now;
  if (basis === "none") return "calibration: no solve had a confidence";
  const said = `mean confidence ${percent(meanConfidence)}`;
  if (basis === "agreement") {
    return `calibration: too few answers are known to be right or wrong (${now.reported} of 50); of ${plural(count, "solve")}, ${said}, samples that agreed ${percent(accuracy)} (a proxy, no accuracy)`;
  }
  const chance = errorByChance === undefined ? "" : ` (${errorByChance.toFixed(3)} by chance)`;
  const rest = [
    brier === undefined ? "" : `, Brier ${brier.toFixed(3)}`,
    auroc === undefined ? "" : `, AUROC ${auroc.toFixed(3)}`,
  ];
  return `calibration of ${plural(count, "reported solve")}: ${said}, right ${percent(accuracy)}, ECE ${calibrationError.toFixed(3)}${chance}${rest.join("")}`;
}

function entryLines(entry: Insights["log"][number]): string[] {
  const { confidence, correct, samplesStarted, plannedSamples } = entry;
  const right = correct === undefined ? "" : correct ? ", right" : ", wrong";
  const head = [
    entry.endedAt.toISOString().slice(0, 19),
    entry.questionHash,
    `${entry.strategy ?? "?"}/${entry.method ?? "?"}`,
    `difficulty ${score(entry.difficulty)}`,
    `${samplesStarted} of ${plannedSamples} samples`,
    plural(entry.tokens, "token"),
    duration(entry.latencyMs),
    `${entry.stopReason ?? "?"}${confidence === undefined ? "" : ` at ${percent(confidence.value)} (${confidence.kind ?? "?"})`}${right}`,
  ];
  return [stripControl(head.join("  ")), ...entry.reasons.map((reason) => `    ${stripControl(reason)}`)];
}
