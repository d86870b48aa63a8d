import { readFile } from "node:fs/promises";
import { ReckonError } from "@reckon/core";
import { parse } from "smol-toml";
import { type FaultPlan, parseFaultPlan } from "./fault-plan.ts";

/** Reads a fault plan from a TOML file, or JSON where the name ends so; throws `invalid-argument` naming the file. */
export async function readFaultFile(file: string): Promise<FaultPlan> {
  try {
    const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
    return parseFaultPlan(file.endsWith(".json") ? JSON.parse(text) : parse(text), file);
  } catch (error) {
    if (error instanceof ReckonError) throw error;
    const [why = "it cannot be read"] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new ReckonError("invalid-argument", `${file}: ${why}`, { cause: error });
  }
}
