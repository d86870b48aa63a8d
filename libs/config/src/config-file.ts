import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ReckonError } from "@reckon/core";
import { parse } from "smol-toml";
import { type Settings, settingsOf } from "./setting.ts";

const maxFileBytes = 1_048_576;

/** The folder of the user's own reckon.toml: `$XDG_CONFIG_HOME/reckon`, `~/.config/reckon`, or `%APPDATA%\reckon`. */
export function userConfigFolder(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CONFIG_HOME) return join(env.XDG_CONFIG_HOME, "reckon");
  if (process.platform === "win32" && env.APPDATA) return join(env.APPDATA, "reckon");
  return join(env.HOME || homedir(), ".config", "reckon");
}

/**
 * The file to load: the one named, else `RECKON_CONFIG`, else `reckon.toml` in the working folder, else the one in the
 * user's folder; `undefined` where there is none. A file that was named but is not there throws `not-found`.
 */
export function findConfigFile(named: string | undefined, env: NodeJS.ProcessEnv, folder: string): string | undefined {
  const wanted = named ?? (env.RECKON_CONFIG || undefined);
  if (wanted !== undefined) {
    if (existsSync(wanted)) return wanted;
    const by = named === undefined ? "RECKON_CONFIG" : "--config";
    throw new ReckonError("not-found", `there is no configuration file ${JSON.stringify(wanted)}, which ${by} names`);
  }
  return [join(folder, "reckon.toml"), join(userConfigFolder(env), "reckon.toml")].find((file) => existsSync(file));
}

/** Reads a TOML file into settings; a file that cannot be read or parsed throws `invalid-argument` with line and column. */
export function readConfigFile(file: string): Settings {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > maxFileBytes) throw new Error(`it has ${size} bytes; at most ${maxFileBytes} are read`);
    text = readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReckonError("invalid-argument", `cannot read the configuration file ${file}: ${why}`, { cause: error });
  }
  return settingsOf(parseToml(text, file), () => file);
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // The parser's message goes on with an excerpt of the file, which may hold a secret; neither it nor the cause is kept.
    const [why = "not valid TOML"] = (error instanceof Error ? error.message : String(error)).split("\n");
    const { line, column } = error as { line?: number; column?: number };
    const place = line === undefined ? file : `${file}, line ${line}, column ${column}`;
    throw new ReckonError("invalid-argument", `${place}: ${why.replace(/^Invalid TOML document: /, "")}`);
  }
}
