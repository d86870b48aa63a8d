import { limits } from "@reckon/core";
import { type Budget, parseBudget } from "@reckon/planning/budget";
import { type Target, targetOf } from "./common-flags.ts";
import { isSet, type ParsedFlags, parseFlags, textFlag } from "./parse-flags.ts";
import { decimal, wholeNumber } from "./read-values.ts";
import { UsageError } from "./usage-error.ts";

/** What a budget is best spent on. Either `file` or a question; the question is `undefined` where it comes from stdin. */
export interface PlanCommand {
  readonly name: "plan";
  readonly budget: Budget;
  readonly file: string | undefined;
  readonly question: string | undefined;
  readonly targetAccuracy: number | undefined;
  readonly curvesFile: string | undefined;
  /** Empty: all that the curves know. */
  readonly models: readonly string[];
  readonly window: number | undefined;
  /** US dollars for a million tokens; `undefined` where no price was given. */
  readonly prices: { readonly promptUsd: number; readonly outputUsd: number } | undefined;
  readonly tokensPerSecond: number | undefined;
  readonly totalTokensPerSecond: number | undefined;
  readonly json: boolean;
  readonly target: Target;
}

const mostUsd = 1e6;
const mostTokensPerSecond = 1e9;

/** Understands the words after `reckon plan`. Throws `UsageError`. */
export function parsePlan(args: readonly string[], env: NodeJS.ProcessEnv): PlanCommand {
  const flags = parseFlags(args, {
    budget: { type: "string", short: "b" },
    file: { type: "string", short: "f" },
    "target-accuracy": { type: "string" },
    curves: { type: "string" },
    model: { type: "string" },
    window: { type: "string" },
    "price-prompt": { type: "string" },
    "price-output": { type: "string" },
    speed: { type: "string" },
    "total-speed": { type: "string" },
    url: { type: "string" },
    json: { type: "boolean" },
  });
  const text = (name: string) => textFlag(flags, name);
  const file = text("file");
  const words = flags.positionals.join(" ");
  if (file !== undefined && words !== "") throw new UsageError("reckon plan takes a question or --file, not both");
  const speed = { min: 0, max: mostTokensPerSecond, above: true };
  return {
    name: "plan",
    budget: budgetOf(text("budget")),
    file,
    question: words === "" || words === "-" ? undefined : words,
    targetAccuracy: targetAccuracyOf(text("target-accuracy")),
    curvesFile: text("curves"),
    models: (text("model") ?? "").split(",").filter((model) => model !== ""),
    window: wholeNumber("--window", text("window"), limits.window),
    prices: pricesOf(flags),
    tokensPerSecond: decimal("--speed", text("speed"), speed),
    totalTokensPerSecond: decimal("--total-speed", text("total-speed"), speed),
    json: isSet(flags, "json"),
    target: targetOf(flags, env),
  };
}

function budgetOf(text: string | undefined): Budget {
  if (text === undefined) throw new UsageError("reckon plan needs --budget, such as 1e6-tokens, 5-usd or 30-s");
  try {
    return parseBudget(text);
  } catch (error) {
    throw new UsageError(`--budget: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function targetAccuracyOf(text: string | undefined): number | undefined {
  const value = decimal("--target-accuracy", text, { min: 0, max: 1, above: true });
  if (value !== 1) return value;
  throw new UsageError("--target-accuracy is 1; no number of samples makes an answer certain, it takes less");
}

function pricesOf(flags: ParsedFlags): PlanCommand["prices"] {
  const price = (name: string) => decimal(`--${name}`, textFlag(flags, name), { min: 0, max: mostUsd });
  const [promptUsd, outputUsd] = [price("price-prompt"), price("price-output")];
  if (promptUsd === undefined && outputUsd === undefined) return undefined;
  return { promptUsd: promptUsd ?? 0, outputUsd: outputUsd ?? 0 };
}
