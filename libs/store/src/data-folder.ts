import { homedir } from "node:os";
import { join } from "node:path";

/** The folder of the user's data: `$XDG_DATA_HOME/reckon`, `~/.local/share/reckon`, or `%LOCALAPPDATA%\reckon`. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.XDG_DATA_HOME) return join(env.XDG_DATA_HOME, "reckon");
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "reckon");
  return join(env.HOME || homedir(), ".local", "share", "reckon");
}

/** The file of the history that `[store] path` asks for; `undefined` for memory (`:memory:`). */
export function storePath(configured: string | undefined, env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (configured === ":memory:") return undefined;
  return configured ?? join(dataFolder(env), "history.sqlite");
}
