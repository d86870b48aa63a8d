import type { AnswerKind, Selection } from "@reckon/client";
import { refuseWords } from "./common-flags.ts";
import { isSet, parseFlags, textFlag } from "./parse-flags.ts";
import { choice, decimal, wholeNumber } from "./read-values.ts";
import { answerKindOf } from "./solve-flags.ts";
import { UsageError } from "./usage-error.ts";

/** Which signs of quality a replay sees. */
export type SeenSigns = "none" | "score" | "logprob" | "both";

/** A stop rule to be replayed over recorded samples. */
export interface ReplayCommand {
  readonly name: "replay";
  readonly file: string;
  /** As written, `NAME[:key=value,...]`; `undefined`: the default one. */
  readonly rule: string | undefined;
  /** What differs from what the rule brings along. */
  readonly samples: number | undefined;
  readonly window: number | undefined;
  readonly schedule: (typeof schedules)[number] | undefined;
  /** A rule; `undefined`: a majority of all in parallel. */
  readonly baseline: string | undefined;
  readonly baselineSamples: number | undefined;
  /** `undefined`: a weighted vote where samples have scores, else a majority. */
  readonly selection: Selection | undefined;
  /** Of the baseline. */
  readonly baselineSelection: Selection;
  /** `undefined`: the votes are weighed by what there is, and rules go by their counts. */
  readonly signs: SeenSigns | undefined;
  readonly draws: number;
  readonly seed: number;
  readonly answerKind: AnswerKind | undefined;
  /** P(one sample is right) before anything is seen; `undefined`: as recorded. */
  readonly prior: { readonly alpha: number; readonly beta: number } | undefined;
  readonly json: boolean;
}

const schedules = ["ramp", "full", "batch", "doubling"] as const;
const many = { min: 1, max: 100_000 };
const signWords: readonly SeenSigns[] = ["none", "score", "logprob", "both"];
const selections: readonly Selection[] = ["majority", "weighted-vote", "best-score"];

/** Understands `reckon replay`, but for the rules, which are read when planning has been loaded. Throws `UsageError`. */
export function parseReplay(args: readonly string[]): ReplayCommand {
  const flags = parseFlags(args, {
    rule: { type: "string" },
    baseline: { type: "string" },
    "n-max": { type: "string" },
    window: { type: "string" },
    schedule: { type: "string" },
    "baseline-n": { type: "string" },
    "baseline-selection": { type: "string" },
    draws: { type: "string" },
    seed: { type: "string" },
    selection: { type: "string" },
    signs: { type: "string" },
    prior: { type: "string" },
    "answer-kind": { type: "string" },
    json: { type: "boolean" },
  });
  const [file, ...others] = flags.positionals;
  if (file === undefined) throw new UsageError("reckon replay needs a file of records (docs/records.md)");
  refuseWords("replay", others);
  return {
    name: "replay",
    file,
    rule: textFlag(flags, "rule"),
    samples: wholeNumber("--n-max", textFlag(flags, "n-max"), many),
    window: wholeNumber("--window", textFlag(flags, "window"), many),
    schedule: choice("--schedule", textFlag(flags, "schedule"), schedules),
    baseline: textFlag(flags, "baseline"),
    baselineSamples: wholeNumber("--baseline-n", textFlag(flags, "baseline-n"), many),
    selection: choice("--selection", textFlag(flags, "selection"), selections),
    baselineSelection: choice("--baseline-selection", textFlag(flags, "baseline-selection"), selections) ?? "majority",
    signs: choice("--signs", textFlag(flags, "signs"), signWords),
    draws: wholeNumber("--draws", textFlag(flags, "draws"), { min: 1, max: 1_000_000 }) ?? 200,
    seed: wholeNumber("--seed", textFlag(flags, "seed"), { min: 0, max: 0xffff_ffff }) ?? 1,
    answerKind: answerKindOf(flags),
    prior: priorOf(textFlag(flags, "prior")),
    json: isSet(flags, "json"),
  };
}

function priorOf(text: string | undefined): ReplayCommand["prior"] {
  if (text === undefined) return undefined;
  const [alpha, beta, ...rest] = text
    .split(",")
    .map((part) => decimal("--prior", part, { min: 0, max: 1e6, above: true }));
  if (alpha === undefined || beta === undefined || rest.length > 0)
    throw new UsageError(`--prior is ${JSON.stringify(text)}; it takes two numbers above 0, such as 1,1`);
  return { alpha, beta };
}
