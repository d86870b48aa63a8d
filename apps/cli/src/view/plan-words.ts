import type { Plan, SearchPlan } from "@reckon/client";
import { plural } from "./format.ts";

/** A plan in a few words each. */
export function describePlan(plan: Plan): string[] {
  const words = [plan.strategy ?? "?", plan.method ?? "?"];
  if (plan.method === "best-of-n" && plan.selection) words.push(plan.selection);
  const drafts = plan.search?.drafts ?? 0;
  if (drafts > 0) words.push(`${plural(drafts, "draft")} first`);
  if (plan.search) words.push(...searchWords(plan, plan.search));
  else if (plan.samples === 1) words.push("1 sample");
  else
    words.push(`up to ${plural(plan.samples, "sample")}, ${plan.windowFixed ? "" : "at most "}${plan.window} at once`);
  if (plan.verificationRounds > 0) words.push(plural(plan.verificationRounds, "verification round"));
  return words;
}

/** How wide a search is, and how it goes about it. */
function searchWords(plan: Plan, { expansions, lookAhead, diverse, attempts }: SearchPlan): string[] {
  const wide = { beam: "path", "monte-carlo": "particle", tree: "simulation", revision: "attempt" } as const;
  const kept = plural(plan.samples, wide[plan.method as keyof typeof wide] ?? "sample");
  switch (plan.method) {
    case "beam":
      return [
        `${kept}${diverse ? " in trees of their own" : ""}, ${expansions} ways on`,
        ...(lookAhead > 0 ? [`${plural(lookAhead, "step")} ahead`] : []),
      ];
    case "tree":
      return [diverse ? `${kept}, wider or deeper` : `${kept}, ${expansions} children a node`];
    case "revision":
      return [`${kept}, up to ${attempts} in a row`];
    case "monte-carlo":
      return [diverse ? `${kept}, tempered` : kept];
    default:
      return [`${kept}, the worse half dropped early`];
  }
}
