import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bytes, plural } from "../view/format.ts";
import { type Finding, fine, messageOf } from "./finding.ts";

/** Node, the machine, and the native libraries. */
export async function checkRuntime(): Promise<Finding[]> {
  return [checkNode(), checkMachine(), await checkOnnxRuntime()];
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  const detail = `${process.version} at ${process.execPath}`;
  if (major >= 24) return fine("node", detail);
  return { name: "node", status: "problem", detail, remedy: "Node 24 or newer is needed: `npm ci` brings it along" };
}

function checkMachine(): Finding {
  const cores = availableParallelism();
  const detail = `${process.platform} ${process.arch}, ${plural(cores, "core")}, ${bytes(totalmem())} of memory`;
  if (totalmem() >= 1e9) return fine("machine", detail);
  return { name: "machine", status: "warning", detail, remedy: "the four services together want about 1 GiB" };
}

async function checkOnnxRuntime(): Promise<Finding> {
  const name = "onnxruntime-node";
  try {
    const home = packageFolder(fileURLToPath(import.meta.resolve(name)), name);
    const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as { version: string };
    // Loading it is the only way to know that its binary suits this machine.
    await import(import.meta.resolve(name));
    return fine(name, `${version}, loads`);
  } catch (error) {
    return {
      name,
      status: "problem",
      detail: messageOf(error).split("\n")[0] ?? "",
      remedy: "the embedded model needs it: `npm ci` again, on Linux x64/arm64, macOS or Windows",
    };
  }
}

function packageFolder(file: string, name: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (folder.replaceAll("\\", "/").endsWith(`node_modules/${name}`)) return folder;
  }
  throw new Error(`${name} is not in a node_modules folder (${file})`);
}
