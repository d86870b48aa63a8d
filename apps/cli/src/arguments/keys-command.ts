import { actionOf, refuseWords, tenantFlag } from "./common-flags.ts";
import { isSet, type ParsedFlags, parseFlags, textFlag } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What every `reckon keys` command knows: the file of keys, or where to look for its name. */
interface KeysTarget {
  readonly name: "keys";
  /** `undefined`: the one that the configuration names. */
  readonly file: string | undefined;
  readonly configFile: string | undefined;
  readonly json: boolean;
}

/** Works with the file of API keys. */
export type KeysCommand =
  | (KeysTarget & {
      readonly action: "create";
      readonly tenant: string;
      readonly label: string | undefined;
      /** `undefined`: it never ends. */
      readonly lifetimeMs: number | undefined;
    })
  | (KeysTarget & { readonly action: "list" | "hash" })
  | (KeysTarget & { readonly action: "revoke"; readonly id: string });

const actions = ["create", "list", "revoke", "hash"] as const;

/** Understands the words after `reckon keys`. Throws `UsageError`. */
export function parseKeys(args: readonly string[]): KeysCommand {
  const flags = parseFlags(args, {
    tenant: { type: "string", short: "t" },
    label: { type: "string", short: "l" },
    expires: { type: "string" },
    file: { type: "string", short: "f" },
    config: { type: "string" },
    json: { type: "boolean" },
  });
  const [word, ...others] = flags.positionals;
  const action = actionOf("keys", actions, word);
  const target: KeysTarget = {
    name: "keys",
    file: textFlag(flags, "file"),
    configFile: textFlag(flags, "config"),
    json: isSet(flags, "json"),
  };
  if (action === "revoke") {
    const [id, ...more] = others;
    if (id === undefined) throw new UsageError("reckon keys revoke needs the id of a key; reckon keys list shows them");
    refuseWords("keys revoke", more);
    // Whoever holds the key itself may paste it.
    return { ...target, action, id: /^rk_([a-z2-7]{12})_/.exec(id)?.[1] ?? id };
  }
  refuseWords(`keys ${action}`, others);
  if (action !== "create") return { ...target, action };
  return { ...target, action, tenant: tenantOf(flags), label: textFlag(flags, "label"), lifetimeMs: lifetimeOf(flags) };
}

function tenantOf(flags: ParsedFlags): string {
  const tenant = tenantFlag(flags);
  if (tenant !== undefined) return tenant;
  throw new UsageError("reckon keys create needs --tenant NAME: whose requests the key stands for");
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 };

function lifetimeOf(flags: ParsedFlags): number | undefined {
  const text = textFlag(flags, "expires");
  if (text === undefined) return undefined;
  const match = /^(\d{1,5})([hdwy])$/.exec(text);
  const ms = match ? Number(match[1]) * (unitsMs[match[2] ?? ""] ?? 0) : 0;
  if (ms > 0) return ms;
  throw new UsageError(`--expires is ${JSON.stringify(text)}; it takes a time from now such as 12h, 30d, 8w or 1y`);
}
