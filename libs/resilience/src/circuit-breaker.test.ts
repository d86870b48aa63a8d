import { createFakeClock } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { type BreakerPass, createCircuitBreaker } from "./circuit-breaker.ts";

function setUp(failures = 3) {
  const clock = createFakeClock(1_000);
  const states: string[] = [];
  const breaker = createCircuitBreaker({ clock, failures, recoveryMs: 60_000, onChange: (s) => states.push(s) });
  const enter = () => breaker.tryEnter() as BreakerPass;
  return { clock, breaker, states, enter };
}

describe("a circuit breaker", () => {
  it("opens after failures in a row, which one success interrupts", () => {
    const { breaker, enter, states } = setUp();
    enter().fail();
    enter().fail();
    enter().succeed();
    enter().fail();
    enter().fail();
    expect(breaker.state).toBe("closed");
    enter().fail();
    expect(states).toEqual(["open"]);
    expect(breaker.tryEnter()).toBeUndefined();
    expect(breaker.waitMs()).toBe(60_000);
  });

  it("lets one probe through after its recovery time; success closes it", async () => {
    const { clock, breaker, enter, states } = setUp(1);
    enter().fail();
    await clock.advance(60_000);
    expect(breaker.state).toBe("half-open");
    const probe = enter();
    expect(breaker.tryEnter()).toBeUndefined();
    expect(breaker.waitMs()).toBeUndefined();
    probe.succeed();
    expect(states).toEqual(["open", "half-open", "closed"]);
    expect(breaker.tryEnter()).toBeDefined();
  });

  it("opens again for the whole time where the probe fails", async () => {
    const { clock, breaker, enter } = setUp(1);
    enter().fail();
    await clock.advance(60_000);
    enter().fail();
    expect(breaker.waitMs()).toBe(60_000);
    expect(breaker.tryEnter()).toBeUndefined();
  });

  it("lets another probe through where the first was cancelled, and counts a pass once", async () => {
    const { clock, breaker, enter } = setUp(1);
    enter().fail();
    await clock.advance(60_000);
    const probe = enter();
    probe.abandon();
    probe.fail();
    expect(breaker.state).toBe("half-open");
    enter().succeed();
    expect(breaker.state).toBe("closed");
  });

  it("does not stay open longer because of calls that were under way when it opened", async () => {
    const { clock, breaker, enter } = setUp(2);
    const passes = [enter(), enter(), enter(), enter()];
    passes[0]?.fail();
    passes[1]?.fail();
    await clock.advance(59_000);
    passes[2]?.fail();
    passes[3]?.succeed();
    expect(breaker.waitMs()).toBe(1_000);
  });
});
