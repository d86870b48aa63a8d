import type { FieldViolation } from "@reckon/core";
import type { Config } from "./config-schema.ts";

/** Keys of `[verifier]` that only mean something together; `from` says where keys were set. */
export function verifierChecks(
  { verifier, backends }: Config,
  from: (...paths: string[]) => string,
): readonly FieldViolation[] {
  const name = verifier.judge_backend;
  const field = "verifier.judge_backend";
  if (name === undefined) {
    if (!verifier.verifiers.includes("judge")) return [];
    const description = `is missing although verifier.verifiers names "judge"${from("verifier.verifiers")}; it needs a backend whose model judges`;
    return [{ field, description }];
  }
  const backend = backends[name];
  if (backend !== undefined && backend.kind !== "embedded") return [];
  const why = backend === undefined ? "there is no such backend" : "the embedded model cannot judge";
  return [{ field, description: `is ${JSON.stringify(name)}${from(field)}; ${why}` }];
}
