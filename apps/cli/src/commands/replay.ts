import { ReckonError } from "@reckon/core";
import {
  profileOf,
  readStop,
  runStudy,
  type StopSetup,
  type StudyOptions,
  type StudyProblem,
  studyProblem,
} from "@reckon/planning";
import { readRecordFile } from "@reckon/store";
import type { ReplayCommand } from "../arguments/replay-command.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Io, writeLines } from "../io.ts";
import { meanStops, reportJson, reportLines, type StudyReport, summariesOf } from "../replay/study-report.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { stripControl } from "../terminal/strip-control.ts";

/** `reckon replay`: a stop rule over recorded samples, beside a baseline over the same draws. */
export async function runReplay(command: ReplayCommand, io: Io): Promise<number> {
  const rule = setupOf(command);
  const baselineRule = baselineOf(command);
  const { problems, options } = await load(command);
  const [mine = []] = runStudy(problems, [rule], options);
  const [base = []] = runStudy(problems, [baselineRule], {
    ...options,
    selection: command.baselineSelection,
  });
  const judged = mine.filter((one) => one.accuracy !== undefined).length;
  const { draws, seed } = command;
  const report: StudyReport = {
    ...{ rule, baselineRule, draws, seed, judged, problems: problems.length },
    ...summariesOf(mine, base, seed),
    stops: meanStops(mine),
    notes: notesOf(problems, judged),
  };
  const lines = command.json ? [jsonLine(reportJson(report))] : reportLines(report).map((line) => stripControl(line));
  await writeLines(io.stdout, lines);
  return exitCodes.ok;
}

function setupOf(command: ReplayCommand): StopSetup {
  const setup = readStop(command.rule ?? "default");
  return {
    rule: setup.rule,
    samples: command.samples ?? setup.samples,
    window: command.window ?? setup.window,
    schedule: command.schedule ?? setup.schedule,
  };
}

/** A majority of N in parallel, unless another rule is named. */
function baselineOf({ baseline, baselineSamples }: ReplayCommand): StopSetup {
  if (baseline === undefined) {
    const n = baselineSamples ?? 40;
    return { rule: { name: "none", threshold: 1, minVotes: 1 }, samples: n, window: n, schedule: "full" };
  }
  const setup = readStop(baseline);
  return { ...setup, samples: baselineSamples ?? setup.samples };
}

async function load(command: ReplayCommand): Promise<{ problems: StudyProblem[]; options: StudyOptions }> {
  const { answerKind, prior, draws, seed } = command;
  const signs = signsSeen(command);
  const problems: StudyProblem[] = [];
  let model = "";
  for await (const record of readRecordFile(command.file)) {
    model ||= record.versions?.model ?? "";
    problems.push(studyProblem(record, { answerKind, prior, signs, scoring: profileOf(model).scoring }));
  }
  if (problems.length === 0) throw new ReckonError("invalid-argument", `${command.file} holds no record`);
  const { scoring, errorModel, calibrators } = profileOf(model);
  const isScored = problems.some(({ samples }) => samples.some(({ score }) => score !== undefined));
  const selection = command.selection ?? (isScored ? "weighted-vote" : "majority");
  const blind = command.signs === undefined;
  return { problems, options: { draws, seed, selection, scoring, blind, confidence: { errorModel, calibrators } } };
}

function signsSeen({ signs, selection }: ReplayCommand): { score: boolean; logprob: boolean } {
  if (signs === undefined) return { score: selection !== "majority", logprob: selection !== "majority" };
  return { score: signs === "score" || signs === "both", logprob: signs === "logprob" || signs === "both" };
}

function notesOf(problems: readonly StudyProblem[], judged: number): string[] {
  if (judged === problems.length) return [];
  if (judged === 0) return ["no problem has gold or a sample with correct: there is no accuracy to report"];
  return [`${problems.length - judged} problems have neither gold nor correct: accuracy is over the other ${judged}`];
}
