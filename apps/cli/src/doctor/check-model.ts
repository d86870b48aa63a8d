import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "@reckon/config";
import { bytes } from "../view/format.ts";
import { type Finding, fine, messageOf } from "./finding.ts";

const remedy = "restore it with `git checkout -- models/weights`, or train it anew as models/README.md says";

/** The files of the embedded model: there, and what they were when they were trained. */
export async function checkModelFiles(config: Config): Promise<Finding[]> {
  const folder =
    config.engine.weights_dir ?? fileURLToPath(new URL("../weights", import.meta.resolve("@reckon/models")));
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as Manifest;
  } catch (error) {
    return [{ name: "embedded model", status: "problem", detail: messageOf(error), remedy }];
  }
  const parts = await Promise.all([
    checkPart(folder, "decoder", manifest.decoder),
    checkPart(folder, "process reward model", manifest.prm),
    checkTokenizer(folder),
  ]);
  return [fine("embedded model", `${manifest.name} in ${folder}`), ...parts];
}

interface Manifest {
  readonly name: string;
  readonly decoder: ManifestFile | undefined;
  readonly prm: ManifestFile | undefined;
}

interface ManifestFile {
  readonly file: string;
  readonly sha256: string;
  readonly parameters: number;
}

async function checkPart(folder: string, name: string, part: ManifestFile | undefined): Promise<Finding> {
  if (part === undefined) return { name, status: "problem", detail: "model.json does not name it", remedy };
  try {
    const content = await readFile(join(folder, part.file));
    const sum = createHash("sha256").update(content).digest("hex");
    const size = `${part.file}, ${bytes(content.length)}, ${(part.parameters / 1e6).toFixed(2)} M parameters`;
    if (sum === part.sha256) return fine(name, `${size}, sha256 ${sum.slice(0, 12)} as recorded`);
    return {
      name,
      status: "problem",
      detail: `${size}: sha256 ${sum.slice(0, 12)}, recorded is ${part.sha256.slice(0, 12)}`,
      remedy,
    };
  } catch (error) {
    return { name, status: "problem", detail: messageOf(error), remedy };
  }
}

async function checkTokenizer(folder: string): Promise<Finding> {
  const name = "tokenizer";
  try {
    const content = await readFile(join(folder, "tokenizer.json"));
    JSON.parse(content.toString("utf8"));
    return fine(name, `tokenizer.json, ${bytes(content.length)}`);
  } catch (error) {
    return { name, status: "problem", detail: messageOf(error), remedy };
  }
}
