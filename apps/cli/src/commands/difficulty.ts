import { randomUUID } from "node:crypto";
import { loadConfig } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import {
  featureNames,
  type LearnedDifficulty,
  nothingLearned,
  SIGNAL_WEIGHTS,
  signalWeights,
  trainDifficulty,
} from "@reckon/planning";
import { createLearnedStates, type LearnedStates } from "@reckon/service-difficulty/learned";
import { openStore, storePath } from "@reckon/store";
import type { DifficultyCommand } from "../arguments/difficulty-command.ts";
import { UsageError } from "../arguments/usage-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Io, writeLines } from "../io.ts";
import { jsonLine } from "../terminal/json-line.ts";
import { stripControl } from "../terminal/strip-control.ts";
import { plural, score } from "../view/format.ts";
import { parseLabelledQuestions } from "./labelled-questions.ts";
import { readInput } from "./read-input.ts";

/** `reckon difficulty`: trains, shows and forgets what was learned of difficulty. Servers over the same file see it at once. */
export async function runDifficulty(command: DifficultyCommand, io: Io): Promise<number> {
  const questions = command.action === "train" ? await readQuestions(command.file, io) : [];
  const path = pathOf(command, io);
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const store = openStore({ path, warn });
  try {
    if (store.path === undefined) throw new ReckonError("unavailable", warnings.join("; "));
    const states = createLearnedStates(store, warn);
    const lines = act(command, states, { path, questions });
    await writeLines(io.stdout, lines);
    await writeLines(
      io.stderr,
      warnings.map((warning) => `reckon: ${warning}`),
    );
    return exitCodes.ok;
  } finally {
    store.close();
  }
}

function act(
  command: DifficultyCommand,
  states: LearnedStates,
  { path, questions }: { readonly path: string; readonly questions: ReturnType<typeof parseLabelledQuestions> },
): string[] {
  switch (command.action) {
    case "train": {
      const learned = { ...trainDifficulty(questions), trainedId: randomUUID() };
      states.keepTrained(learned);
      return command.json ? [jsonLine(summaryOf(learned, path))] : [trainedLine(learned, path), ...tableOf(learned)];
    }
    case "show": {
      const learned = states.of(command.tenant);
      if (command.json) return [jsonLine({ tenant: command.tenant, ...summaryOf(learned ?? nothingLearned, path) })];
      if (learned === undefined) return [`nothing is learned for tenant ${command.tenant} in ${stripControl(path)}`];
      return [`tenant ${command.tenant} in ${stripControl(path)}`, ...statusOf(learned), ...tableOf(learned)];
    }
    case "reset": {
      if (command.all) states.resetAll();
      else states.reset(command.tenant);
      const whose = command.all
        ? "everything that was learned and trained"
        : `what outcomes of ${command.tenant} taught`;
      return command.json
        ? [jsonLine({ reset: command.all ? "all" : command.tenant, store: path })]
        : [`${whose} is forgotten in ${stripControl(path)}; the outcomes themselves are kept`];
    }
  }
}

async function readQuestions(file: string, io: Io) {
  return parseLabelledQuestions(await readInput(file, io), file === "-" ? "stdin" : file);
}

function pathOf(command: DifficultyCommand, io: Io): string {
  if (command.store !== undefined) return command.store;
  const { store } = loadConfig({ ...(command.configFile !== undefined && { file: command.configFile }), env: io.env });
  const path = storePath(store.path, io.env);
  if (path !== undefined) return path;
  throw new UsageError("[store] path is :memory:, which ends with each process; name a file with --store or --out");
}

/** What was learned, as one object. */
function summaryOf(learned: LearnedDifficulty, store: string) {
  const size = featureNames.length;
  return {
    store,
    trained: learned.trained,
    outcomes: learned.outcomes,
    byDomain: learned.byDomain,
    signals: signalWeights(learned),
    features: Object.fromEntries(
      featureNames.map((name, i) => [
        name,
        { weight: learned.belief.mean[i], deviation: Math.sqrt(learned.belief.covariance[i * size + i] as number) },
      ]),
    ),
    ...(learned.loss !== undefined && { loss: learned.loss }),
    drift: learned.drift,
  };
}

function trainedLine(learned: LearnedDifficulty, path: string): string {
  return `trained on ${plural(learned.trained, "question")}, kept in ${stripControl(path)}; all tenants begin with it`;
}

function statusOf({ trained, outcomes, byDomain, loss, drift }: LearnedDifficulty): string[] {
  const domains = Object.entries(byDomain).sort(([, a], [, b]) => b - a);
  const last = drift.lastAtMs === undefined ? "" : `, the last at ${new Date(drift.lastAtMs).toISOString()}`;
  return [
    `  trained on     ${plural(trained, "question")}`,
    `  learned from   ${plural(outcomes, "outcome")}`,
    `  domains        ${domains.map(([domain, count]) => `${stripControl(domain)} ${count}`).join(", ") || "none"}`,
    ...(loss === undefined
      ? []
      : [
          `  log loss       ${score(loss.learned)} nats over the last outcomes, the start weights' ${score(loss.start)}`,
        ]),
    `  drift          ${plural(drift.strikes, "time")}${last}`,
  ];
}

function tableOf(learned: LearnedDifficulty): string[] {
  const size = featureNames.length;
  const now = signalWeights(learned);
  return [
    "signal            start    now",
    ...Object.entries(SIGNAL_WEIGHTS).map(
      ([name, start]) => `  ${name.padEnd(15)} ${score(start)}   ${score(now[name as keyof typeof now])}`,
    ),
    "feature                      raises P(right) by",
    ...featureNames.map((name, i) => {
      const weight = learned.belief.mean[i] as number;
      const deviation = Math.sqrt(learned.belief.covariance[i * size + i] as number);
      return `  ${name.padEnd(26)} ${weight.toFixed(2).padStart(6)} +- ${deviation.toFixed(2)}`;
    }),
  ];
}
