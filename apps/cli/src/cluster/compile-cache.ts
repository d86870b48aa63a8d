import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Folder in which Node keeps compiled (and type-stripped) code between runs; it halves the start-up of a service. Under the
 * user's cache folder (`$XDG_CACHE_HOME`, or `~/.cache`); Node does without where it cannot be written.
 */
export function compileCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "reckon", "compile");
}
