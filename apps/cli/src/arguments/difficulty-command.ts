import { localTenant } from "@reckon/core";
import { actionOf, refuseWords, tenantFlag } from "./common-flags.ts";
import { isSet, parseFlags, textFlag } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What every `reckon difficulty` command knows: the file of the history, or where to look for its name. */
interface DifficultyTarget {
  readonly name: "difficulty";
  /** `undefined`: the one that the configuration names. */
  readonly store: string | undefined;
  readonly configFile: string | undefined;
  readonly json: boolean;
}

/** Works with what was learned of difficulty. */
export type DifficultyCommand =
  | (DifficultyTarget & { readonly action: "train"; readonly file: string })
  | (DifficultyTarget & { readonly action: "show"; readonly tenant: string })
  | (DifficultyTarget & { readonly action: "reset"; readonly tenant: string; readonly all: boolean });

const actions = ["train", "show", "reset"] as const;

/** Understands the words after `reckon difficulty`. Throws `UsageError`. */
export function parseDifficulty(args: readonly string[]): DifficultyCommand {
  const flags = parseFlags(args, {
    out: { type: "string", short: "o" },
    store: { type: "string" },
    tenant: { type: "string", short: "t" },
    all: { type: "boolean" },
    config: { type: "string" },
    json: { type: "boolean" },
  });
  const [word, ...others] = flags.positionals;
  const action = actionOf("difficulty", actions, word);
  const target: DifficultyTarget = {
    name: "difficulty",
    store: textFlag(flags, "out") ?? textFlag(flags, "store"),
    configFile: textFlag(flags, "config"),
    json: isSet(flags, "json"),
  };
  if (action === "train") {
    const [file, ...more] = others;
    if (file === undefined) throw new UsageError("reckon difficulty train needs a file of labelled questions");
    refuseWords("difficulty train", more);
    if (textFlag(flags, "tenant") !== undefined)
      throw new UsageError("reckon difficulty train takes no --tenant: all of them begin with what was trained");
    return { ...target, action, file };
  }
  refuseWords(`difficulty ${action}`, others);
  const tenant = tenantFlag(flags) ?? localTenant.id;
  return action === "show" ? { ...target, action, tenant } : { ...target, action, tenant, all: isSet(flags, "all") };
}
