import { type BackendLoad, type Priority, type ReckonError, systemClock } from "@reckon/core";
import { defaultPlanningSettings } from "@reckon/planning";
import { eventually } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type AdmissionRequest, createAdmission } from "./admission.ts";
import { backlogOf, readLoad } from "./backlog-watch.ts";
import { fallbackUnder } from "./fallback-under.ts";
import { pressureOf } from "./pressure-of.ts";

const idle: BackendLoad = { liveSamples: 0, queuedSamples: 0, outputTokens: 0, cancelledTokens: 0, prefilledTokens: 0 };
const quiet = { load: async () => idle };
const asks = (priority: Priority, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  ...{ priority, signal: new AbortController().signal, deadlineAtMs: Number.POSITIVE_INFINITY, patient: false },
  ...more,
});
const house = (maxSolves: number, maxQueueDepth: number, load = quiet) =>
  createAdmission({ maxSolves, maxQueueDepth, degrade: true }, systemClock, load);
const codeOf = (entering: Promise<unknown>) =>
  entering.then(
    () => "entered",
    (error: ReckonError) => error.code,
  );

describe("admission", () => {
  it("lets as many in as may think, then the most urgent of those who wait", async () => {
    const admission = house(1, 10);
    const leave = await admission.enter(asks("normal"));
    const order: string[] = [];
    const others = (["low", "normal", "high"] as const).map(async (priority) => {
      const done = await admission.enter(asks(priority));
      order.push(priority);
      done();
    });
    expect([admission.thinking, admission.waiting]).toEqual([1, 3]);
    leave();
    leave();
    await Promise.all(others);
    expect(order).toEqual(["high", "normal", "low"]);
    expect(admission.thinking).toBe(0);
  });

  it("refuses whoever is least urgent, with the time to wait", async () => {
    const admission = house(1, 1);
    const leave = await admission.enter(asks("high"));
    const low = admission.enter(asks("low"));
    const refused = codeOf(low);
    const alike = admission.enter(asks("low"));
    await expect(alike).rejects.toMatchObject({ code: "resource-exhausted", retryable: true });
    await expect(alike).rejects.toSatisfy((error: ReckonError) => (error.retryAfterMs ?? 0) >= 100);
    const high = admission.enter(asks("high"));
    expect(await refused).toBe("resource-exhausted");
    leave();
    (await high)();
  });

  it("has problems of a batch wait where others are refused", async () => {
    const admission = house(1, 0);
    const leave = await admission.enter(asks("normal"));
    expect(await codeOf(admission.enter(asks("normal")))).toBe("resource-exhausted");
    const patient = admission.enter(asks("normal", { patient: true }));
    leave();
    (await patient)();
    expect(admission.thinking).toBe(0);
  });

  it("keeps nobody waiting who was cancelled, is late, or comes while the server drains", async () => {
    const admission = house(1, 10);
    const leave = await admission.enter(asks("normal"));
    const gone = new AbortController();
    const draining = new AbortController();
    const codes = [
      codeOf(admission.enter(asks("normal", { signal: gone.signal }))),
      codeOf(admission.enter(asks("normal", { signal: draining.signal }))),
      codeOf(admission.enter(asks("normal", { deadlineAtMs: systemClock.nowMs() + 20 }))),
    ];
    gone.abort("cancelled");
    draining.abort("draining");
    expect(await Promise.all(codes)).toEqual(["cancelled", "unavailable", "deadline-exceeded"]);
    expect(admission.waiting).toBe(0);
    leave();
  });

  it("feels what waits at the models as long as anybody thinks", async () => {
    const admission = house(10, 10, { load: async () => ({ ...idle, liveSamples: 40, queuedSamples: 30 }) });
    expect(admission.pressure("normal")).toBe("none");
    const leave = await admission.enter(asks("normal"));
    await eventually(() => expect(admission.pressure("normal")).toBe("high"));
    expect(admission.pressure("high")).toBe("none");
    expect(admission.pressure("low")).toBe("severe");
    leave();
    await eventually(() => expect(admission.pressure("low")).toBe("none"));
  });
});

describe("pressure", () => {
  it("is read from the queue and from the backlog, whichever is worse", () => {
    const at = (waiting: number, backlog: number) =>
      pressureOf({ waiting, maxWaiting: 100, maxThinking: 1_000, backlog }, "normal");
    expect([at(0, 0), at(9, 1.9), at(10, 0), at(0, 2), at(49, 7), at(50, 0), at(0, 8)]).toEqual([
      ...["none", "none", "high", "high", "high", "severe", "severe"],
    ]);
    const few = (waiting: number) => pressureOf({ waiting, maxWaiting: 100, maxThinking: 2, backlog: 0 }, "normal");
    expect([few(1), few(2), few(7), few(8)]).toEqual(["none", "high", "high", "severe"]);
    expect(pressureOf({ waiting: 0, maxWaiting: 0, maxThinking: 1, backlog: 0 }, "low")).toBe("none");
    expect(backlogOf({ queued: 0, running: 0 })).toBe(0);
  });

  it("does not come from a window that has just begun, or from one reading", () => {
    const quiet = { queued: 0, running: 16 };
    expect(backlogOf(readLoad({ queued: 0, running: 0 }, { liveSamples: 9, queuedSamples: 8 }))).toBeLessThan(1);
    const once = readLoad(quiet, { liveSamples: 40, queuedSamples: 30 });
    expect(backlogOf(once)).toBeLessThan(2);
    const lasting = [1, 2, 3].reduce((mean) => readLoad(mean, { liveSamples: 40, queuedSamples: 30 }), quiet);
    expect(backlogOf(lasting)).toBeGreaterThan(2);
  });

  it("has dear strategies planned as the fallback where it is severe, unless the operator says no", () => {
    const { enableAutoFallback, fallbackStrategy } = defaultPlanningSettings;
    expect([enableAutoFallback, fallbackStrategy]).toEqual([true, "balanced"]);
    expect(fallbackUnder("severe", {}, defaultPlanningSettings)).toEqual({
      ...{ strategy: "balanced", detail: "pressure is severe: balanced instead of adaptive" },
    });
    expect(fallbackUnder("high", {}, defaultPlanningSettings)).toBeUndefined();
    expect(fallbackUnder("severe", { strategy: "fast" }, defaultPlanningSettings)).toBeUndefined();
    expect(fallbackUnder("severe", {}, { ...defaultPlanningSettings, enableAutoFallback: false })).toBeUndefined();
  });
});
