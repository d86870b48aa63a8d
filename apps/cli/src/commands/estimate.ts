import type { Estimate } from "@reckon/client";
import type { EstimateCommand } from "../arguments/parse-command.ts";
import { connect } from "../cluster/connect.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { type Line, paintLine, span } from "../terminal/line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import { type Theme, themeOf } from "../terminal/theme.ts";
import { bar } from "../view/bars.ts";
import { percent, plural, score, weight } from "../view/format.ts";
import { readQuestion } from "./read-question.ts";

/** `reckon estimate`: how hard a question is taken to be, signal by signal. */
export async function runEstimate(command: EstimateCommand, io: Io): Promise<number> {
  const question = await readQuestion(command.question, "estimate", io);
  const interrupts = listenForInterrupts();
  const connecting = connect(command.target, { stderr: io.stderr, signal: interrupts.signal });
  // Loaded while the services start.
  const { createReckon } = await import("@reckon/client");
  const connection = await connecting;
  try {
    const estimate = await createReckon(connection.client).estimate(question, { signal: interrupts.signal });
    const theme = themeOf(io.stdout, io.env);
    const lines = command.json
      ? [jsonLine(estimate)]
      : estimateLines(estimate, theme).map((l) => paintLine(l, theme.color));
    await writeLines(io.stdout, lines);
    return exitCodes.ok;
  } finally {
    await connection.close();
    interrupts.close();
  }
}

/** What the weights were learned from; nothing where they are the start's. */
function learnedWords({ learnedOutcomes, trainedQuestions }: Estimate["difficulty"]): string {
  const from = [
    ...(trainedQuestions > 0 ? [plural(trainedQuestions, "labelled question")] : []),
    ...(learnedOutcomes > 0 ? [plural(learnedOutcomes, "outcome")] : []),
  ];
  return from.length === 0 ? "" : `, learned from ${from.join(" and ")}`;
}

/** An estimate for people. */
export function estimateLines({ difficulty, domain, answerKind }: Estimate, { glyphs }: Theme): Line[] {
  const { priorAlpha, priorBeta } = difficulty;
  return [
    [
      span("difficulty "),
      span(score(difficulty.score), "bold"),
      span(`: one sample is wrong with a probability of about ${percent(difficulty.score)}`),
    ],
    ...difficulty.signals.map(
      (signal): Line => [
        span(`  ${stripControl(signal.name).padEnd(16)} `),
        ...bar(signal.value, 20, glyphs, "accent"),
        span(` ${score(signal.value)} x ${score(signal.weight)}  `),
        span(stripControl(signal.detail), "dim"),
      ],
    ),
    [
      span(
        `  domain ${stripControl(domain) || "unknown"}, answer ${answerKind ?? "of an unknown kind"}, ` +
          `prior Beta(${weight(priorAlpha)}, ${weight(priorBeta)}) from ${plural(difficulty.historyCount, "similar outcome")}${learnedWords(difficulty)}`,
        "dim",
      ),
    ],
  ];
}
