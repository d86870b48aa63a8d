import type { ParseArgsOptionsConfig } from "node:util";
import { tenantIdPattern } from "@reckon/core";
import { isSet, type ParsedFlags, textFlag } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** Where the work is done: at `url`, or by services of our own with the given configuration. */
export interface Target {
  readonly url: string | undefined;
  /** Says to the server at `url` who asks; from `RECKON_API_KEY`, since arguments show up in lists of processes. */
  readonly apiKey?: string | undefined;
  readonly configFile: string | undefined;
  /** Pass the services' log on to stderr. */
  readonly verbose: boolean;
}

/** Flags of every command that talks to Reckon. */
export const targetFlags = {
  url: { type: "string" },
  config: { type: "string" },
  verbose: { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

/** Reads them; `RECKON_URL` stands in for `--url`. */
export function targetOf(flags: ParsedFlags, env: NodeJS.ProcessEnv): Target {
  const url = textFlag(flags, "url") ?? (env["RECKON_URL"] || undefined);
  if (url !== undefined && !/^https?:\/\//.test(url)) {
    throw new UsageError(`--url is ${JSON.stringify(url)}; it takes an address such as http://127.0.0.1:8080`);
  }
  return {
    url,
    apiKey: env["RECKON_API_KEY"] || undefined,
    configFile: textFlag(flags, "config"),
    verbose: isSet(flags, "verbose"),
  };
}

/** Throws `UsageError` where a command was given words that it does not take. */
export function refuseWords(command: string, words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`reckon ${command} takes no ${JSON.stringify(words[0])}`);
}

/** The first word after a command that has several actions; throws `UsageError` where it is none of them. */
export function actionOf<A extends string>(command: string, actions: readonly A[], word: string | undefined): A {
  const action = actions.find((known) => known === word);
  if (action !== undefined) return action;
  const given = word === undefined ? "" : `, not ${JSON.stringify(word)}`;
  throw new UsageError(`reckon ${command} takes ${actions.join(", ")}${given}`);
}

/** The tenant that `--tenant` names; `undefined` without it. Throws `UsageError` where it cannot be one's name. */
export function tenantFlag(flags: ParsedFlags): string | undefined {
  const tenant = textFlag(flags, "tenant");
  if (tenant === undefined || tenantIdPattern.test(tenant)) return tenant;
  throw new UsageError(
    `--tenant is ${JSON.stringify(tenant)}; it takes 1 to 64 of a-z, 0-9, - and _, a letter or digit first`,
  );
}
