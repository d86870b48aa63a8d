import type { Plan } from "@reckon/core";
import { beam } from "./beam.ts";
import { afterDrafts } from "./drafts.ts";
import { monteCarlo } from "./monte-carlo.ts";
import { rejection } from "./rejection.ts";
import { revision } from "./revision.ts";
import type { SearchMethod } from "./session.ts";
import { tree } from "./tree.ts";

/** The search that a plan asks for; `undefined` where it takes whole, independent samples. */
export function searchMethodOf(plan: Plan): SearchMethod | undefined {
  const method = methodOf(plan);
  const drafts = plan.search?.drafts ?? 0;
  return method === undefined || drafts === 0 ? method : afterDrafts(drafts, method);
}

function methodOf(plan: Plan): SearchMethod | undefined {
  switch (plan.method) {
    case "beam":
      return beam;
    case "monte-carlo":
      return monteCarlo;
    case "tree":
      return tree;
    case "revision":
      return revision;
    case "best-of-n":
      return plan.search?.rejectEarly ? rejection : undefined;
    default:
      return undefined;
  }
}
