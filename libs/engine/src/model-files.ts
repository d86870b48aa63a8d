import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ReckonError, type ScoreAggregation } from "@reckon/core";
import type { CacheShape } from "./forward.ts";

/** One ONNX file of the model, as `model.json` describes it. */
export interface ModelFile {
  readonly file: string;
  readonly sha256: string;
  readonly parameters: number;
}

/** The contents of `model.json`. */
export interface ModelManifest extends CacheShape {
  readonly name: string;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly bosId: number;
  readonly eosId: number;
  readonly padId: number;
  readonly sepId: number;
  /** Words of the training problems, lower case. */
  readonly words?: readonly string[];
  readonly decoder: ModelFile;
  readonly prm: ModelFile & CacheShape & { readonly aggregation?: ScoreAggregation };
}

/** What the engine loads from a weights folder. */
export interface ModelFiles {
  readonly manifest: ModelManifest;
  readonly tokenizerJson: object;
  readonly decoderPath: string;
  readonly prmPath: string;
}

/** The weights that come with the product. */
export const defaultWeightsDir = fileURLToPath(new URL("../../../models/weights", import.meta.url));

const howToRestore = "restore it with `git checkout -- models/weights`, or train anew as models/README.md says";

/**
 * Reads `model.json` and `tokenizer.json` and checks the ONNX files named in `parts` against their SHA-256. A folder or file
 * that is missing throws `failed-precondition`, one that is damaged `data-loss`; the message names the file and what to do.
 */
export async function readModelFiles(weightsDir: string, parts: readonly ("decoder" | "prm")[]): Promise<ModelFiles> {
  const dir = resolve(weightsDir);
  const manifest = (await readJson(join(dir, "model.json"))) as ModelManifest;
  assertManifest(manifest, join(dir, "model.json"));
  const tokenizerJson = await readJson(join(dir, "tokenizer.json"));
  for (const part of parts) await checkSum(join(dir, manifest[part].file), manifest[part].sha256);
  return {
    manifest,
    tokenizerJson,
    decoderPath: join(dir, manifest.decoder.file),
    prmPath: join(dir, manifest.prm.file),
  };
}

/** The error for an ONNX file that the runtime refuses. */
export function unusableModelFile(path: string, cause: unknown): ReckonError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ReckonError("data-loss", `model file ${path} cannot be loaded (${detail}): ${howToRestore}`, { cause });
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const what = missing ? "is missing" : `cannot be read (${(cause as Error).message})`;
    throw new ReckonError("failed-precondition", `model file ${path} ${what}: ${howToRestore}`, { cause });
  }
}

async function readJson(path: string): Promise<object> {
  const bytes = await readBytes(path);
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw unusableModelFile(path, cause);
  }
}

async function checkSum(path: string, expected: string): Promise<void> {
  const actual = createHash("sha256")
    .update(await readBytes(path))
    .digest("hex");
  if (actual === expected) return;
  const sums = `its sha-256 is ${actual.slice(0, 12)}..., model.json says ${String(expected).slice(0, 12)}...`;
  throw new ReckonError("data-loss", `model file ${path} is damaged or of another version: ${sums}; ${howToRestore}`);
}

function assertManifest(manifest: ModelManifest, path: string): void {
  const counts = ["layers", "heads", "headDim", "vocabSize", "contextLength"] as const;
  const prm = manifest.prm as Partial<ModelManifest["prm"]> | undefined;
  const wrong = [
    ...counts.filter((key) => !(Number.isInteger(manifest[key]) && manifest[key] > 0)),
    ...(["bosId", "eosId", "padId", "sepId"] as const).filter((key) => !Number.isInteger(manifest[key])),
    ...(["layers", "heads", "headDim"] as const)
      .filter((key) => !Number.isInteger(prm?.[key]))
      .map((key) => `prm.${key}`),
    ...(["decoder", "prm"] as const)
      .filter((key) => typeof manifest[key]?.file !== "string")
      .map((key) => `${key}.file`),
  ];
  if (wrong.length > 0) throw unusableModelFile(path, `${wrong.join(", ")} missing or not a positive number`);
}
