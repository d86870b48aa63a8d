import type { AnswerKind, SolveOptions } from "@reckon/client";
import { limits } from "@reckon/core";
import { type CalibrateCommand, parseCalibrate } from "./calibrate-command.ts";
import { refuseWords, type Target, targetFlags, targetOf } from "./common-flags.ts";
import { type DifficultyCommand, parseDifficulty } from "./difficulty-command.ts";
import { type InsightsCommand, parseInsights } from "./insights-command.ts";
import { type KeysCommand, parseKeys } from "./keys-command.ts";
import { isSet, type ParsedFlags, parseFlags, textFlag } from "./parse-flags.ts";
import { type PlanCommand, parsePlan } from "./plan-command.ts";
import { wholeNumber } from "./read-values.ts";
import { parseReplay, type ReplayCommand } from "./replay-command.ts";
import { answerKindOf, solveFlags, solveOptionsOf } from "./solve-flags.ts";
import { UsageError } from "./usage-error.ts";

/** A question and how to think about it. `question` is `undefined` where it comes from stdin. */
export interface AskCommand {
  readonly name: "ask";
  readonly question: string | undefined;
  readonly answerKind: AnswerKind | undefined;
  readonly options: SolveOptions;
  readonly output: "auto" | "plain" | "json";
  readonly debug: boolean;
  readonly target: Target;
}

/** A solve that was begun elsewhere. */
export interface ResumeCommand {
  readonly name: "resume";
  readonly solveId: string;
  /** Sequence number of the last event that is known; 0 for none. */
  readonly after: number;
  readonly output: "auto" | "plain" | "json";
  readonly debug: boolean;
  readonly target: Target;
}

/** Problems in a file; `-` is stdin. */
export interface BatchCommand {
  readonly name: "batch";
  readonly file: string;
  readonly out: string | undefined;
  readonly parallel: number | undefined;
  readonly answerKind: AnswerKind | undefined;
  readonly options: SolveOptions;
  readonly quiet: boolean;
  readonly target: Target;
}

/** How hard is it? */
export interface EstimateCommand {
  readonly name: "estimate";
  readonly question: string | undefined;
  readonly json: boolean;
  readonly target: Target;
}

/** What `serve` may start. */
export const servable = ["all", "orchestrator", "difficulty", "verifier", "model-proxy"] as const;

/** Runs services until a signal comes. */
export interface ServeCommand {
  readonly name: "serve";
  readonly service: (typeof servable)[number];
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly configFile: string | undefined;
  /** Listen beyond loopback although nobody has to say who he is. */
  readonly insecure: boolean;
}

/** Serves the embedded model over the OpenAI API; its flags are the server's own to read. */
export interface ModelServerCommand {
  readonly name: "model-server";
  readonly args: readonly string[];
}

/** A command line, understood. */
export type Command =
  | AskCommand
  | ResumeCommand
  | BatchCommand
  | EstimateCommand
  | PlanCommand
  | ServeCommand
  | ModelServerCommand
  | KeysCommand
  | ReplayCommand
  | DifficultyCommand
  | CalibrateCommand
  | InsightsCommand
  | { readonly name: "models"; readonly json: boolean; readonly target: Target }
  | { readonly name: "doctor"; readonly json: boolean; readonly target: Target }
  | { readonly name: "help"; readonly topic: string | undefined }
  | { readonly name: "version" };

/** Every command; told to who names another. */
export const commandNames = [
  "ask",
  "resume",
  "batch",
  "estimate",
  "difficulty",
  "plan",
  "serve",
  "model-server",
  "keys",
  "replay",
  "calibrate",
  "insights",
  "models",
  "doctor",
  "help",
  "version",
] as const;

/** Understands a command line (without the program's name). Throws `UsageError`. */
export function parseCommand(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") return { name: "help", topic: rest[0] };
  if (name === "--version" || name === "-v" || name === "-V") return { name: "version" };
  const end = rest.indexOf("--");
  const asksForHelp = (end === -1 ? rest : rest.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
  if (asksForHelp) return { name: "help", topic: name };
  switch (name) {
    case "ask":
      return parseAsk(rest, env);
    case "resume":
      return parseResume(rest, env);
    case "batch":
      return parseBatch(rest, env);
    case "estimate": {
      const flags = parseFlags(rest, { ...targetFlags, json: { type: "boolean" } });
      return {
        name,
        question: questionOf(flags.positionals),
        json: isSet(flags, "json"),
        target: targetOf(flags, env),
      };
    }
    case "plan":
      return parsePlan(rest, env);
    case "serve":
      return parseServe(rest);
    case "model-server":
      return { name, args: rest };
    case "keys":
      return parseKeys(rest);
    case "replay":
      return parseReplay(rest);
    case "difficulty":
      return parseDifficulty(rest);
    case "calibrate":
      return parseCalibrate(rest);
    case "insights":
      return parseInsights(rest, env);
    case "models":
    case "doctor": {
      const flags = parseFlags(rest, { ...targetFlags, json: { type: "boolean" } });
      refuseWords(name, flags.positionals);
      return { name, json: isSet(flags, "json"), target: targetOf(flags, env) };
    }
    case "help":
      return { name, topic: rest[0] };
    case "version":
      return { name };
    default:
      throw new UsageError(
        `unknown command ${JSON.stringify(name)}; there are ${commandNames.join(", ")} (to ask: reckon ask "...")`,
      );
  }
}

function parseAsk(args: readonly string[], env: NodeJS.ProcessEnv): AskCommand {
  const flags = parseFlags(args, { ...targetFlags, ...solveFlags, ...showFlags });
  return {
    name: "ask",
    question: questionOf(flags.positionals),
    answerKind: answerKindOf(flags),
    options: watched(solveOptionsOf(flags), flags),
    ...showingOf(flags),
    target: targetOf(flags, env),
  };
}

/** Flags that say how a solve is shown. */
const showFlags = {
  json: { type: "boolean" },
  plain: { type: "boolean" },
  debug: { type: "boolean", short: "d" },
} as const;

function showingOf(flags: ParsedFlags): Pick<AskCommand, "output" | "debug"> {
  const output = isSet(flags, "json") ? "json" : isSet(flags, "plain") ? "plain" : "auto";
  return { output, debug: isSet(flags, "debug") };
}

function parseResume(args: readonly string[], env: NodeJS.ProcessEnv): ResumeCommand {
  const flags = parseFlags(args, {
    url: targetFlags.url,
    verbose: targetFlags.verbose,
    ...showFlags,
    after: { type: "string" },
  });
  const [solveId, ...others] = flags.positionals;
  if (solveId === undefined)
    throw new UsageError("reckon resume needs the id of a solve, from its solve_started event");
  refuseWords("resume", others);
  const target = targetOf(flags, env);
  if (target.url === undefined)
    throw new UsageError("reckon resume needs --url (or RECKON_URL): the server that solves");
  const after = wholeNumber("--after", textFlag(flags, "after"), { min: 0, max: 0xffff_fffe }) ?? 0;
  return { name: "resume", solveId, after, ...showingOf(flags), target };
}

/** What `ask` adds: K samples at once, and a confidence that a single vote rarely reaches. */
const watchedWindow = 8;
const watchedThreshold = 0.95;

/** Somebody waits and watches: eight thoughts at once reach the answer soonest, and another vote then costs little. */
function watched(options: SolveOptions, flags: ParsedFlags): SolveOptions {
  const { strategy = "adaptive", method, samples } = options;
  if (strategy !== "adaptive" || method === "single" || samples === 1) return options;
  const window = textFlag(flags, "window") === undefined ? { window: watchedWindow } : {};
  return { confidenceThreshold: watchedThreshold, ...window, ...options };
}

function parseBatch(args: readonly string[], env: NodeJS.ProcessEnv): BatchCommand {
  const flags = parseFlags(args, {
    ...targetFlags,
    ...solveFlags,
    out: { type: "string", short: "o" },
    parallel: { type: "string", short: "p" },
    quiet: { type: "boolean", short: "q" },
  });
  const [file, ...others] = flags.positionals;
  if (file === undefined) throw new UsageError("reckon batch needs a file of JSON lines, or - for stdin");
  refuseWords("batch", others);
  return {
    name: "batch",
    file,
    out: textFlag(flags, "out"),
    parallel: wholeNumber("--parallel", textFlag(flags, "parallel"), limits.batchParallel),
    answerKind: answerKindOf(flags),
    options: solveOptionsOf(flags),
    quiet: isSet(flags, "quiet"),
    target: targetOf(flags, env),
  };
}

function parseServe(args: readonly string[]): ServeCommand {
  const flags = parseFlags(args, {
    config: { type: "string" },
    host: { type: "string" },
    port: { type: "string", short: "p" },
    insecure: { type: "boolean" },
  });
  const [word = "all", ...others] = flags.positionals;
  refuseWords("serve", others);
  const service = servable.find((known) => known === word);
  if (service === undefined) {
    throw new UsageError(`reckon serve takes ${servable.join(", ")}, not ${JSON.stringify(word)}`);
  }
  return {
    name: "serve",
    service,
    host: textFlag(flags, "host"),
    port: wholeNumber("--port", textFlag(flags, "port"), { min: 0, max: 65_535 }),
    configFile: textFlag(flags, "config"),
    insecure: isSet(flags, "insecure"),
  };
}

/** Words are one question; `-` and none at all mean stdin. */
function questionOf(words: readonly string[]): string | undefined {
  const question = words.join(" ");
  return words.length === 0 || question === "-" ? undefined : question;
}
