import { create } from "@bufbuild/protobuf";
import { type Insights, ReckonError } from "@reckon/core";
import { type InsightsService, ReportCorrectnessResponseSchema } from "@reckon/proto/reckon/insights/v1/insights";
import { correctnessFromProto, insightsRequestFromProto, insightsToProto, type ServiceImpl } from "@reckon/rpc";
import { observeCalibration } from "@reckon/telemetry";
import { tenantOf } from "../tenants/tenant-of.ts";
import type { SolveMemory } from "./solve-memory.ts";
import { calibrationOf, sumUp } from "./sum-up.ts";

/** What insights are drawn from. */
export interface InsightsOptions {
  readonly memory: SolveMemory;
  /** Of this process, now. */
  readonly load: () => Pick<Insights, "queueDepth" | "thinking">;
  /** Milliseconds since 1970. Default: the real time. */
  readonly nowMs?: () => number;
}

/** The insights of one orchestrator: handlers, and how its gauge is let go. */
export interface InsightsDesk {
  readonly service: ServiceImpl<typeof InsightsService>;
  close(): void;
}

/** Creates the handlers; each tenant hears of its own solves only. Handlers throw `ReckonError`. */
export function createInsightsDesk({ memory, load, nowMs = Date.now }: InsightsOptions): InsightsDesk {
  const close = observeCalibration(() => {
    const { basis, calibrationError } = calibrationOf(memory.solves());
    return basis === "reported" ? calibrationError : undefined;
  });
  return {
    close,
    service: {
      getInsights(request) {
        const { sinceMs, logEntries } = insightsRequestFromProto(request);
        const tenantId = tenantOf().id;
        const from = sinceMs === undefined ? Number.NEGATIVE_INFINITY : nowMs() - sinceMs;
        const solves = memory.solves(tenantId).filter((solve) => solve.endedAtMs >= from);
        return insightsToProto({ ...sumUp(solves, logEntries), ...load(), forgotten: memory.forgotten(tenantId) });
      },
      reportCorrectness(request) {
        const { solveId, correct } = correctnessFromProto(request);
        if (memory.report(tenantOf().id, solveId, correct)) return create(ReportCorrectnessResponseSchema);
        throw new ReckonError("not-found", `no solve ${JSON.stringify(solveId)} is remembered here`);
      },
    },
  };
}
