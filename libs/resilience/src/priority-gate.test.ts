import { describe, expect, it } from "vitest";
import { createPriorityGate } from "./priority-gate.ts";
import { createPriorityQueue } from "./priority-queue.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp(limit = 1, maxDepth = 3) {
  const gate = createPriorityGate({ what: "solves", limit: () => limit, maxDepth, retryAfterMs: () => 250 });
  const log: string[] = [];
  const leaves = new Map<string, () => void>();
  const enter = (name: string, priority = 0, signal?: AbortSignal) =>
    gate.enter({ priority, ...(signal && { signal }) }).then(
      (leave) => {
        log.push(name);
        leaves.set(name, leave);
      },
      (error) => void log.push(`${name}: ${error.code ?? error}`),
    );
  return { gate, log, leaves, enter };
}

describe("a priority gate", () => {
  it("lets in the most urgent first, then who waited longest", async () => {
    const { gate, log, leaves, enter } = setUp();
    for (const [name, priority] of [
      ["a", 0],
      ["b", 0],
      ["c", 5],
      ["d", 0],
    ] as const)
      void enter(name, priority);
    await settle();
    for (const name of ["a", "c", "b", "d"]) {
      leaves.get(name)?.();
      leaves.get(name)?.();
      await settle();
    }
    expect(log).toEqual(["a", "c", "b", "d"]);
    expect([gate.inside, gate.waiting]).toEqual([0, 0]);
  });

  it("refuses when its queue is full, but the more urgent push out the youngest of the least urgent", async () => {
    const { gate, log, enter } = setUp();
    for (const name of ["in", "w1", "w2", "w3", "late"]) void enter(name);
    void enter("urgent", 5);
    await settle();
    expect(log).toEqual(["in", "late: resource-exhausted", "w3: resource-exhausted"]);
    expect(gate.waiting).toBe(3);
    await expect(gate.enter()).rejects.toMatchObject({ retryAfterMs: 250, retryable: true });
  });

  it("forgets who stops waiting", async () => {
    const { gate, log, leaves, enter } = setUp();
    const controller = new AbortController();
    void enter("a");
    void enter("b", 0, controller.signal);
    void enter("c");
    await settle();
    controller.abort("left");
    await settle();
    leaves.get("a")?.();
    await settle();
    expect(log).toEqual(["a", "b: left", "c"]);
    expect(gate.waiting).toBe(0);
  });
});

describe("a priority queue", () => {
  it("is not held up by one that waits for something special", async () => {
    const queue = createPriorityQueue<string>({ what: "things" });
    const things: string[] = [];
    const only = (wanted: string) => () =>
      things.includes(wanted) ? things.splice(things.indexOf(wanted), 1)[0] : undefined;
    const special = queue.wait(only("special"), { isPicky: true });
    const common = queue.wait(() => things.shift());
    things.push("common");
    queue.pump();
    expect(await common).toBe("common");
    things.push("special");
    queue.pump();
    expect(await special).toBe("special");
  });
});
