import { createReadStream, readFileSync } from "node:fs";
import { type Difficulty, type Problem, problemFromPrompt, questionOf } from "@reckon/core";
import {
  type CurvesFile,
  curvesOf,
  estimateDifficulty,
  type NamedProblem,
  type PlanCandidate,
  paretoFront,
  planOptions,
  planProblems,
  shippedCurves,
} from "@reckon/planning";
import type { PlanCommand } from "../arguments/plan-command.ts";
import { UsageError } from "../arguments/usage-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Io, readAll, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { paintLine } from "../terminal/line.ts";
import { themeOf } from "../terminal/theme.ts";
import { planLines, planToJson } from "../view/plan-lines.ts";
import { parseBatchInput } from "./batch-input.ts";
import { readQuestion } from "./read-question.ts";

const maxFileBytes = 1_073_741_824;
const estimatesAtOnce = 8;

/** `reckon plan`: what a budget is best spent on and what to expect of it; asks no model. */
export async function runPlan(command: PlanCommand, io: Io): Promise<number> {
  const { budget, targetAccuracy, window } = command;
  const candidates = candidatesOf(command);
  const named = await problemsOf(command, io);
  const options = window === undefined ? {} : { window };
  const plan = planProblems(named, candidates, { budget, targetAccuracy }, options);
  const only = named.length === 1 ? named[0] : undefined;
  // Of one problem every way is worth a look; of many, what other budgets would bring.
  const ways = only === undefined ? [] : paretoFront(planOptions(only, candidates, options), budget.unit);
  const theme = themeOf(io.stdout, io.env);
  const sources = candidates.map(({ model, curves }) => `${model}: ${curves.fittedOn}`);
  const lines = command.json
    ? [jsonLine(planToJson(plan, ways, { budget, sources }))]
    : planLines(plan, ways, { budget, sources }).map((line) => paintLine(line, theme.color));
  await writeLines(io.stdout, lines);
  return exitCodes.ok;
}

function candidatesOf(command: PlanCommand): PlanCandidate[] {
  const file = command.curvesFile === undefined ? shippedCurves : readCurves(command.curvesFile);
  const known = Object.keys(file.models);
  const wanted = command.models.length === 0 ? known : command.models;
  const { prices } = command;
  return wanted.map((model) => {
    const curves = curvesOf(model, file);
    if (curves === undefined) {
      throw new UsageError(`there are no curves of ${JSON.stringify(model)}; there are of ${known.join(", ")}`);
    }
    const tokensPerSecond = command.tokensPerSecond ?? curves.speed?.tokensPerSecond;
    const totalTokensPerSecond =
      command.totalTokensPerSecond ??
      (command.tokensPerSecond === undefined ? curves.speed?.totalTokensPerSecond : undefined);
    return { model, curves, serving: { prices, tokensPerSecond, totalTokensPerSecond } };
  });
}

function readCurves(path: string): CurvesFile {
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as CurvesFile;
    if (file.version !== 1 || Object.keys(file.models ?? {}).length === 0) {
      throw new UsageError(
        `${path} holds no curves of version 1 (npm run bench -- curves --write --curves FILE makes them)`,
      );
    }
    return file;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface Asked {
  readonly id: string;
  readonly problem: Problem;
  readonly difficulty: number | undefined;
}

async function problemsOf(command: PlanCommand, io: Io): Promise<NamedProblem[]> {
  const asked = command.file === undefined ? [await askedOf(command, io)] : await askedFrom(command.file, io);
  const estimate = await estimatorOf(command);
  const named: NamedProblem[] = [];
  for (let start = 0; start < asked.length; start += estimatesAtOnce) {
    const some = asked.slice(start, start + estimatesAtOnce);
    named.push(
      ...(await Promise.all(
        some.map(async ({ id, problem, difficulty }) => ({
          id,
          difficulty: await estimate(problem, difficulty),
          promptBytes: problem.messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0),
        })),
      )),
    );
  }
  return named;
}

async function askedOf(command: PlanCommand, io: Io): Promise<Asked> {
  const question = await readQuestion(command.question, "plan", io);
  return { id: question, problem: problemFromPrompt(question), difficulty: undefined };
}

async function askedFrom(file: string, io: Io): Promise<Asked[]> {
  const tooLarge = () => new UsageError(`${file} is larger than ${maxFileBytes} bytes`);
  let text: string;
  try {
    text = await readAll(file === "-" ? io.stdin : createReadStream(file), maxFileBytes, tooLarge);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const name = file === "-" ? "stdin" : file;
  return parseBatchInput(text, { file: name, answerKind: undefined, options: {} }).map((item, index) => {
    const { problem } = item;
    const given = typeof problem === "string" ? { prompt: problem } : problem;
    const asked: Problem =
      "prompt" in given ? problemFromPrompt(given.prompt) : { messages: given.messages, answerKind: undefined };
    return { id: item.id ?? String(index + 1), problem: asked, difficulty: item.options?.difficulty };
  });
}

type PlanDifficulty = NamedProblem["difficulty"];

/** By the difficulty service of a server, which has seen outcomes; without one by the text alone. */
async function estimatorOf({ target }: PlanCommand) {
  const { overriddenDifficulty } = await import("@reckon/planning");
  const ask = target.url === undefined ? undefined : await remoteEstimator(target.url, target.apiKey);
  return async (problem: Problem, own: number | undefined): Promise<PlanDifficulty> => {
    if (own !== undefined) return overriddenDifficulty(own);
    return ask === undefined ? estimateDifficulty(problem).difficulty : await ask(questionOf(problem));
  };
}

async function remoteEstimator(url: string, apiKey: string | undefined) {
  const { createReckon } = await import("@reckon/client");
  const reckon = createReckon(apiKey === undefined ? { url } : { url, apiKey });
  return async (question: string): Promise<PlanDifficulty> => {
    const { difficulty } = await reckon.estimate(question);
    return difficulty satisfies Pick<Difficulty, keyof PlanDifficulty>;
  };
}
