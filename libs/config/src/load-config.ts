import { invalidArgument } from "@reckon/core";
import { checkSettings } from "./check-settings.ts";
import { findConfigFile, readConfigFile } from "./config-file.ts";
import type { Config } from "./config-schema.ts";
import { readEnvironment } from "./environment.ts";
import { namedKeysOf } from "./known-keys.ts";
import { type Setting, settingsOf } from "./setting.ts";

/** Where a configuration comes from. */
export interface LoadConfigOptions {
  /** The TOML file (`--config`). Default: looked for, see `findConfigFile`. */
  readonly file?: string;
  /** Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Settings that win over all else, nested as in the file: `{server: {port: 0}}`. Texts are read as the key's type. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Folder in which `reckon.toml` is looked for. Default: the working folder. */
  readonly folder?: string;
}

/** A configuration, with the file it came from and who set each key (`server.port` -> `RECKON_SERVER_PORT`). */
export interface LoadedConfig {
  readonly config: Config;
  readonly file: string | undefined;
  readonly sources: ReadonlyMap<string, string>;
}

/** As `loadConfig`, and says where each value came from. */
export function loadConfigWithSources(options: LoadConfigOptions = {}): LoadedConfig {
  const env = options.env ?? process.env;
  const file = findConfigFile(options.file, env, options.folder ?? process.cwd());
  const inFile = file === undefined ? { settings: [], violations: [] } : readConfigFile(file);
  const flags = settingsOf({ ...options.flags }, (path) => `--${path.join(".")}`, true);
  const named = [...inFile.settings, ...flags.settings];
  const inEnvironment = readEnvironment(env, namesIn(named), secretVariables(named, env));

  const settings = [...inFile.settings, ...inEnvironment.settings, ...flags.settings];
  const checked = checkSettings(settings);
  const unknown = [...inFile.violations, ...inEnvironment.violations, ...flags.violations];
  if (checked.config === undefined || unknown.length > 0) throw invalidArgument([...unknown, ...checked.violations]);
  const sources = new Map(settings.map((setting) => [setting.path.join("."), setting.source]));
  return { config: checked.config, file, sources };
}

/**
 * Loads the configuration: the defaults, overridden by the TOML file, by `RECKON_<SECTION>_<KEY>` variables, by flags.
 * Everything that is wrong is told in one `invalid-argument` error, a violation each: unknown sections, keys and variables
 * with the nearest known name, values with the accepted range, always with where they stand. A named file that is not there
 * throws `not-found`.
 */
export function loadConfig(options: LoadConfigOptions = {}): Config {
  return loadConfigWithSources(options).config;
}

/** The configuration where nobody has set anything. */
export const defaultConfig: Config = loadConfig({
  file: undefined,
  env: { HOME: "/nonexistent" },
  folder: "/nonexistent",
});

function namesIn(settings: readonly Setting[]): (readonly [string, string])[] {
  const named = settings.filter(({ path }) => namedKeysOf(path[0]).length > 0);
  const joined = new Set(named.map(({ path }) => `${path[0]}.${path[1]}`));
  return [...joined].map((name) => name.split(".") as [string, string]);
}

/** Names of variables that hold API keys; they may begin with RECKON_ without being settings. */
function secretVariables(settings: readonly Setting[], env: NodeJS.ProcessEnv): Set<string> {
  const inEnvironment = Object.entries(env).filter(([name]) => /^RECKON_BACKENDS_.+_API_KEY_ENV$/.test(name));
  const named = settings.filter((setting) => setting.path[2] === "api_key_env").map((setting) => setting.value);
  return new Set([...named, ...inEnvironment.map(([, value]) => value)].filter((name) => typeof name === "string"));
}
