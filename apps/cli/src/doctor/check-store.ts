import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "@reckon/config";
import { storePath } from "@reckon/store";
import { bytes } from "../view/format.ts";
import { type Finding, fine, messageOf } from "./finding.ts";

/** The history: whether it can be read and written. Looks only; repairs are the difficulty service's. */
export async function checkStore(config: Config): Promise<Finding> {
  const name = "history";
  const path = storePath(config.store.path);
  if (path === undefined || path === ":memory:") return fine(name, "in memory only: forgotten when the services end");
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) {
    const folder = await nearestFolder(dirname(path));
    const writable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable) return fine(name, `${path}, made with the first outcome`);
    return {
      name,
      status: "warning",
      detail: `${folder} cannot be written`,
      remedy: "set [store] path; until then history is kept in memory",
    };
  }
  try {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(path, { readOnly: true });
    const check = database.prepare("PRAGMA quick_check").get() as { quick_check: string };
    database.close();
    if (check.quick_check === "ok") return fine(name, `${path}, ${bytes(size)}`);
    throw new Error(check.quick_check);
  } catch (error) {
    const remedy = "it is moved aside and begun anew at the next start";
    return { name, status: "warning", detail: `${path}: ${messageOf(error)}`, remedy };
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return there || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
