import { limits } from "@reckon/core";
import { refuseWords, type Target, targetFlags, targetOf } from "./common-flags.ts";
import { isSet, parseFlags, textFlag } from "./parse-flags.ts";
import { ageMs, wholeNumber } from "./read-values.ts";
import { UsageError } from "./usage-error.ts";

/** Asks a server how thinking has paid lately, or tells it whether an answer was right. */
export interface InsightsCommand {
  readonly name: "insights";
  readonly sinceMs: number | undefined;
  readonly logEntries: number | undefined;
  /** The solve that was right or wrong; `undefined`: nothing is told. */
  readonly report: { readonly solveId: string; readonly correct: boolean } | undefined;
  readonly json: boolean;
  readonly target: Target;
}

/** Understands the words after `reckon insights`. Throws `UsageError`. */
export function parseInsights(args: readonly string[], env: NodeJS.ProcessEnv): InsightsCommand {
  const flags = parseFlags(args, {
    url: targetFlags.url,
    verbose: targetFlags.verbose,
    since: { type: "string" },
    log: { type: "string" },
    right: { type: "string" },
    wrong: { type: "string" },
    json: { type: "boolean" },
  });
  refuseWords("insights", flags.positionals);
  const target = targetOf(flags, env);
  if (target.url === undefined)
    throw new UsageError("reckon insights needs --url (or RECKON_URL): the server that has solved");
  const [right, wrong] = [textFlag(flags, "right"), textFlag(flags, "wrong")];
  if (right !== undefined && wrong !== undefined)
    throw new UsageError("--right and --wrong name one solve each: give one");
  const solveId = right ?? wrong;
  return {
    name: "insights",
    sinceMs: ageMs("--since", textFlag(flags, "since")),
    logEntries: wholeNumber("--log", textFlag(flags, "log"), limits.insightsLogEntries),
    report: solveId === undefined ? undefined : { solveId, correct: right !== undefined },
    json: isSet(flags, "json"),
    target,
  };
}
