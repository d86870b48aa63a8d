import { describe, expect, it } from "vitest";
import { collectGarbage, createQuietLook } from "./collect-when-quiet.ts";

function watched() {
  const at = { live: 0, begun: 0, now: 0, collected: [] as number[] };
  const look = createQuietLook({
    live: () => at.live,
    begun: () => at.begun,
    nowMs: () => at.now,
    collect: async () => void at.collected.push(at.now),
  });
  const until = async (ms: number) => {
    for (; at.now < ms; at.now += 5_000) await look();
  };
  return { at, until };
}

describe("createQuietLook", () => {
  it("collects after 15, 60 and 240 s of quiet, and not while anybody thinks", async () => {
    const { at, until } = watched();
    await until(600_000);
    expect(at.collected).toEqual([]);
    Object.assign(at, { live: 1, begun: 1 });
    await until(700_000);
    at.live = 0;
    await until(1_200_000);
    expect(at.collected.map((ms) => ms - 695_000)).toEqual([15_000, 60_000, 240_000]);
  });

  it("counts anew from a solve that came and went between two looks", async () => {
    const { at, until } = watched();
    at.begun = 1;
    await until(10_000);
    at.begun = 2;
    await until(25_000);
    expect(at.collected).toEqual([]);
    await until(30_000);
    expect(at.collected).toEqual([25_000]);
  });
});

describe("collectGarbage", () => {
  it("gives the memory of what nobody holds back", async () => {
    const registry = { gone: false };
    const finalizer = new FinalizationRegistry(() => {
      registry.gone = true;
    });
    (() => finalizer.register({ big: new Array(1e5).fill(0) }, "big"))();
    await collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(registry.gone).toBe(true);
  });
});
