import { describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";

const load = (flags: Record<string, unknown>) => loadConfig({ env: {}, folder: "/nonexistent", flags });
const endpoints = ["http://a:8000/v1", "http://b:8000/v1"];

describe("pools", () => {
  it("have the keys of a backend and their own", () => {
    const { pools, backends } = load({ pools: { big: { kind: "vllm", endpoints, price_output: 0.6, hedge: true } } });
    expect(pools.big).toMatchObject({ endpoints, price_output: 0.6, hedge: true, max_parallel: 64, weight: 1 });
    expect(pools.big?.price_prompt).toBeUndefined();
    expect(backends).toEqual({});
  });

  it("can be set by the environment", () => {
    const env = { RECKON_POOLS_BIG_KIND: "openai", RECKON_POOLS_BIG_ENDPOINTS: endpoints.join(",") };
    expect(loadConfig({ env, folder: "/nonexistent" }).pools.big?.endpoints).toEqual(endpoints);
  });

  it.each([
    [{ big: { kind: "vllm" } }, "pools.big.endpoints", "needs endpoints or dns"],
    [{ big: { endpoints, dns: "http://c/v1" } }, "pools.big.dns", "one of the two"],
    [{ big: { kind: "embedded", endpoints } }, "pools.big.endpoints", "has none"],
    [{ big: { endpoints, fallback: ["none"] } }, "pools.big.fallback", 'names "none"'],
    [{ big: { endpoints, fallback: ["big"] } }, "pools.big.fallback", "other pools"],
    [
      { big: { endpoints, min_difficulty: 0.7, max_difficulty: 0.3 } },
      "pools.big.min_difficulty",
      "at most max_difficulty",
    ],
    [{ Big: { endpoints } }, "pools.Big", "a letter first"],
    [{ big: { endpoints, weigth: 2 } }, "pools.big.weigth", "pools.big.weight"],
    [{ a: { endpoints, default: true }, b: { endpoints, default: true } }, "pools.b.default", "at most one"],
  ])("refuses %j", (pools, field, why) => {
    const violations = [expect.objectContaining({ field, description: expect.stringContaining(why) })];
    let thrown: unknown;
    try {
      load({ pools });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ violations });
  });

  it("may not take the name of a backend", () => {
    expect(() => load({ pools: { x: { endpoints } }, backends: { x: { kind: "embedded" } } })).toThrow(
      "name of a backend",
    );
  });
});
