import type { Plan } from "@reckon/client";
import { plural } from "./format.ts";

/** A plan in a few words each. */
export function describePlan(plan: Plan): string[] {
  const words = [plan.strategy ?? "?", plan.method ?? "?"];
  if (plan.method === "best-of-n" && plan.selection) words.push(plan.selection);
  if (plan.samples === 1) words.push("1 sample");
  else
    words.push(`up to ${plural(plan.samples, "sample")}, ${plan.windowFixed ? "" : "at most "}${plan.window} at once`);
  if (plan.verificationRounds > 0) words.push(plural(plan.verificationRounds, "verification round"));
  return words;
}
