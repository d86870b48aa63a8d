import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import type { Method, Plan, Priority, SearchPlan, Selection, StopReason, StopRule, Strategy } from "@reckon/core";
import * as wire from "@reckon/proto/reckon/types/v1/plan";
import { createEnumMap } from "./enum-map.ts";
import { required } from "./problem.ts";

/** Strategies. */
export const strategies = createEnumMap<Strategy, wire.Strategy>(wire.StrategySchema, {
  fast: wire.Strategy.FAST,
  balanced: wire.Strategy.BALANCED,
  comprehensive: wire.Strategy.COMPREHENSIVE,
  adaptive: wire.Strategy.ADAPTIVE,
});

/** Priorities. */
export const priorities = createEnumMap<Priority, wire.Priority>(wire.PrioritySchema, {
  low: wire.Priority.LOW,
  normal: wire.Priority.NORMAL,
  high: wire.Priority.HIGH,
});

/** Methods of search. */
export const methods = createEnumMap<Method, wire.Method>(wire.MethodSchema, {
  single: wire.Method.SINGLE,
  "self-consistency": wire.Method.SELF_CONSISTENCY,
  "best-of-n": wire.Method.BEST_OF_N,
  beam: wire.Method.BEAM,
  "monte-carlo": wire.Method.MONTE_CARLO,
  tree: wire.Method.TREE,
  revision: wire.Method.REVISION,
});

/** Ways to choose an answer. */
export const selections = createEnumMap<Selection, wire.Selection>(wire.SelectionSchema, {
  "best-score": wire.Selection.BEST_SCORE,
  majority: wire.Selection.MAJORITY,
  "weighted-vote": wire.Selection.WEIGHTED_VOTE,
});

/** Reasons for which thinking ends. */
export const stopReasons = createEnumMap<StopReason, wire.StopReason>(wire.StopReasonSchema, {
  confident: wire.StopReason.CONFIDENT,
  exhausted: wire.StopReason.EXHAUSTED,
  deadline: wire.StopReason.DEADLINE,
  budget: wire.StopReason.BUDGET,
  cancelled: wire.StopReason.CANCELLED,
  failed: wire.StopReason.FAILED,
  "no-gain": wire.StopReason.NO_GAIN,
  draining: wire.StopReason.DRAINING,
  lost: wire.StopReason.LOST,
});

/** A plan for the wire. */
export function planToProto(plan: Plan): wire.Plan {
  return create(wire.PlanSchema, {
    strategy: strategies.toProto(plan.strategy),
    method: methods.toProto(plan.method),
    selection: selections.toProto(plan.selection),
    samples: plan.samples,
    window: plan.window,
    windowFixed: plan.windowFixed ?? false,
    minSteps: plan.minSteps,
    maxSteps: plan.maxSteps,
    maxSampleTokens: plan.maxSampleTokens,
    verificationRounds: plan.verificationRounds,
    stopRule: plan.stopRule,
    timeout: durationFromMs(Math.round(plan.timeoutMs)),
    temperature: plan.temperature,
    topP: plan.topP,
    model: plan.model,
    reasons: [...plan.reasons],
    search: plan.search,
  });
}

/** What is 0 on the wire is not set. */
function stopRuleFromProto(rule: wire.StopRule): StopRule {
  const { name, threshold, minVotes, minGain, gainPerKiloToken, span, unseen, bayesFactor, guard, inOrder } = rule;
  return {
    ...{ name: name as StopRule["name"], threshold, minVotes, minGain },
    ...(gainPerKiloToken > 0 && { gainPerKiloToken }),
    ...(span > 0 && { span }),
    ...(unseen > 0 && { unseen }),
    ...(bayesFactor > 0 && { bayesFactor }),
    ...(guard > 0 && { guard }),
    ...(inOrder && { inOrder }),
  };
}

/** A plan from a response; throws `data-loss` where it is not whole. */
export function planFromProto(plan: wire.Plan): Plan {
  return {
    strategy: strategies.fromResponse(plan.strategy),
    method: methods.fromResponse(plan.method),
    selection: selections.fromResponse(plan.selection),
    samples: plan.samples,
    window: plan.window,
    windowFixed: plan.windowFixed,
    minSteps: plan.minSteps,
    maxSteps: plan.maxSteps,
    maxSampleTokens: plan.maxSampleTokens,
    verificationRounds: plan.verificationRounds,
    stopRule: stopRuleFromProto(required(plan.stopRule, "stop rule")),
    timeoutMs: durationMs(required(plan.timeout, "timeout")),
    temperature: plan.temperature,
    topP: plan.topP,
    model: plan.model,
    reasons: plan.reasons,
    ...(plan.search && { search: searchFromProto(plan.search) }),
  };
}

function searchFromProto(search: wire.SearchPlan): SearchPlan {
  const { expansions, lookAhead, diverse, attempts, rejectEarly, drafts } = search;
  return { expansions, lookAhead, diverse, attempts, rejectEarly, drafts };
}
