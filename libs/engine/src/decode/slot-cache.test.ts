import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSequenceCache } from "../sequence-cache.ts";
import { SlotCache } from "./slot-cache.ts";

const shape = { layers: 2, heads: 3, headDim: 2 };
const blocks = 2 * shape.layers;

/** A value that says where it belongs: which sequence, position, layer, head and dimension. */
function mark(sequence: number, position: number, layer: number, head: number, dim: number): number {
  return (((sequence * 200 + position) * blocks + layer) * shape.heads + head) * shape.headDim + dim + 1;
}

function expectSlot(cache: SlotCache, slot: number, sequence: number, length: number): void {
  for (let layer = 0; layer < blocks; layer++) {
    for (let head = 0; head < shape.heads; head++) {
      for (let position = 0; position < length; position++) {
        for (let dim = 0; dim < shape.headDim; dim++) {
          const at = ((slot * shape.heads + head) * cache.capacity + position) * shape.headDim + dim;
          const value = cache.buffers[layer]?.[at];
          if (value !== mark(sequence, position, layer, head, dim)) expect({ slot, position, value }).toBe("its own");
        }
      }
    }
  }
}

describe("slot cache", () => {
  it("keeps every sample's values while samples come, grow and go", () => {
    const moves = fc.array(fc.tuple(fc.constantFrom("add", "step", "step", "end"), fc.nat(70)), { maxLength: 40 });
    fc.assert(
      fc.property(moves, (steps) => {
        const cache = new SlotCache(shape);
        const live: { sequence: number; length: number }[] = [];
        let next = 0;
        const longest = () => live.reduce((max, one) => Math.max(max, one.length), 0);
        for (const [move, n] of steps) {
          if (move === "add") {
            const length = n + 1;
            const sequence = next++;
            const source = createSequenceCache(shape, length);
            source.buffers.forEach((buffer, layer) => {
              for (let i = 0; i < buffer.length; i++) {
                const [position, head] = [Math.floor(i / 2) % length, Math.floor(i / 2 / length)];
                buffer[i] = mark(sequence, position, layer, head, i % 2);
              }
            });
            cache.reserve(live.length + 1, length + 1, live.length);
            cache.load(live.length, source, length);
            live.push({ sequence, length });
          } else if (move === "step" && live.length > 0) {
            cache.reserve(live.length, longest() + 1, live.length);
            const fresh = Array.from({ length: blocks }, (_, layer) =>
              Float32Array.from(
                live.flatMap(({ sequence, length }) =>
                  Array.from({ length: 6 }, (_, i) => mark(sequence, length, layer, Math.floor(i / 2), i % 2)),
                ),
              ),
            );
            cache.append(
              fresh,
              live.length,
              Int32Array.from(live, (one) => one.length),
            );
            for (const one of live) one.length += 1;
          } else if (move === "end" && live.length > 0) {
            const slot = n % live.length;
            const last = live.pop();
            if (slot < live.length && last !== undefined) {
              cache.move(live.length, slot, last.length);
              live[slot] = last;
            }
            cache.shrink(longest(), live.length);
          }
          for (const [slot, { sequence, length }] of live.entries()) expectSlot(cache, slot, sequence, length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("frees its memory", () => {
    const cache = new SlotCache(shape);
    cache.reserve(8, 100, 0);
    expect(cache.bytes).toBe(8 * 128 * 6 * 4 * blocks);
    cache.clear();
    expect(cache.bytes).toBe(0);
  });
});
