import { type Config, loadConfigWithSources } from "@reckon/config";
import { plural } from "../view/format.ts";
import { type Finding, fine, messageOf } from "./finding.ts";

/** The configuration: whether it can be read, where it comes from. `config` is `undefined` where it cannot. */
export function checkConfig(file: string | undefined): {
  readonly findings: Finding[];
  readonly config: Config | undefined;
} {
  try {
    const loaded = loadConfigWithSources(file === undefined ? {} : { file });
    const set = [...loaded.sources].map(([key, source]) => `${key} by ${source}`);
    const detail = [
      loaded.file ?? "no file: defaults",
      set.length === 0
        ? "nothing set"
        : `${plural(set.length, "key")} set (${set.slice(0, 6).join(", ")}${set.length > 6 ? ", ..." : ""})`,
    ].join("; ");
    return { findings: [fine("configuration", detail)], config: loaded.config };
  } catch (error) {
    const remedy = "correct the key that is named; every key and its default: docs, configuration";
    return {
      findings: [{ name: "configuration", status: "problem", detail: messageOf(error), remedy }],
      config: undefined,
    };
  }
}
