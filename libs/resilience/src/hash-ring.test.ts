import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHashRing, hash32 } from "./hash-ring.ts";

const nodes = ["a:1", "b:1", "c:1", "d:1"];
const idle = { loadOf: () => 0 };

describe("a hash ring", () => {
  it("gives equal keys the same node while it has room, and spreads keys evenly", () => {
    const ring = createHashRing(nodes, (node) => node);
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i += 1) {
      const { node } = ring.choose(`solve-${i}`, idle) ?? { node: "" };
      expect(ring.choose(`solve-${i}`, idle)?.node).toBe(node);
      counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    for (const node of nodes) expect(Math.abs((counts.get(node) ?? 0) - 2_500)).toBeLessThan(700);
  });

  it("never lets a node's load exceed the bound times the mean, rounded up, whatever the keys", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 200 }),
        fc.constantFrom(1.1, 1.25, 2),
        (keys, bound) => {
          const ring = createHashRing(nodes, (node) => node, { bound, places: 20 });
          const load = new Map(nodes.map((node) => [node, 0]));
          keys.forEach((key, i) => {
            const choice = ring.choose(String(key), { loadOf: (node) => load.get(node) as number });
            const node = choice?.node as string;
            load.set(node, (load.get(node) as number) + 1);
            expect(load.get(node)).toBeLessThanOrEqual(Math.ceil((bound * (i + 1)) / nodes.length));
          });
        },
      ),
    );
  });

  it("moves only the keys of a node that is gone", () => {
    const [all, fewer] = [createHashRing(nodes, (n) => n), createHashRing(nodes.slice(1), (n) => n)];
    for (let i = 0; i < 2_000; i += 1) {
      const before = all.choose(`k${i}`, idle)?.node;
      const after = fewer.choose(`k${i}`, idle)?.node;
      if (before !== "a:1") expect(after).toBe(before);
    }
  });

  it("spills to the next node, keeps a free load, and leaves out who is down or full", () => {
    const ring = createHashRing(["x", "y"], (node) => node, { freeLoad: 8 });
    const own = ring.choose("key", idle)?.node as string;
    const other = own === "x" ? "y" : "x";
    const loads = (mine: number) => ({ loadOf: (node: string) => (node === own ? mine : 0) });
    expect(ring.choose("key", loads(7))).toEqual({ node: own, spilled: false });
    expect(ring.choose("key", loads(8))).toEqual({ node: other, spilled: true });
    expect(ring.choose("key", { ...idle, isUp: (node) => node !== own })).toEqual({ node: other, spilled: false });
    expect(ring.choose("key", { ...idle, hasRoom: (node) => node !== own })).toEqual({ node: other, spilled: true });
    expect(ring.choose("key", { ...loads(99), hasRoom: (node) => node === own })).toEqual({ node: own, spilled: true });
    expect(ring.choose("key", { ...idle, isUp: () => false })).toBeUndefined();
    expect(ring.choose("key", { ...idle, hasRoom: () => false })).toBeUndefined();
  });

  it("hashes to well spread 32 bits", () => {
    const hashes = new Set(Array.from({ length: 20_000 }, (_, i) => hash32(`n#${i}`)));
    expect(hashes.size).toBeGreaterThan(19_990);
    expect([...hashes].filter((hash) => hash % 2 === 0).length / hashes.size).toBeCloseTo(0.5, 1);
  });
});
