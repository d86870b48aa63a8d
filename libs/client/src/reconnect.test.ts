import { describe, expect, it } from "vitest";
import { ReckonError } from "./reckon-error.ts";
import { followSolve, type ReconnectOptions } from "./reconnect.ts";
import type { SolveEvent } from "./solve-event.ts";

const last = 9;
const event = (sequence: number): SolveEvent => {
  const base = { sequence, elapsedMs: 0, message: {} };
  if (sequence === 1) return { ...base, type: "solve-started", solveId: "s1" } as unknown as SolveEvent;
  return { ...base, type: sequence === last ? "solve-ended" : "sample-started" } as unknown as SolveEvent;
};
const broken = new ReckonError("unavailable", "the connection broke");

/** Each call gives the events of one entry, from wherever it was asked to begin, then its error. */
async function follow(
  calls: readonly (readonly [upTo: number, error?: ReckonError])[],
  options: ReconnectOptions = {},
  signal = new AbortController().signal,
) {
  const asked: string[] = [];
  let call = 0;
  async function* answer(after: number) {
    const [upTo, error] = calls[call] ?? [last];
    call += 1;
    for (let sequence = after + 1; sequence <= upTo; sequence += 1) yield event(sequence);
    if (error !== undefined) throw error;
  }
  const open = () => {
    asked.push("open");
    return answer(0);
  };
  const resume = (solveId: string, after: number) => {
    asked.push(`${solveId} ${after}`);
    return answer(after);
  };
  const seen: number[] = [];
  const events = followSolve({ open, resume }, { solveId: undefined, afterSequence: 0 }, options, signal);
  const error = await (async () => {
    for await (const { sequence } of events) seen.push(sequence);
  })().catch((thrown: unknown) => thrown);
  return { asked, seen, error };
}

describe("followSolve", () => {
  it("goes on after the last event, however often the connection breaks", async () => {
    const { asked, seen, error } = await follow([
      [3, broken],
      [3, broken],
      [7, broken],
    ]);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(asked).toEqual(["open", "s1 3", "s1 3", "s1 7"]);
    expect(error).toBeUndefined();
  });

  it("asks again where it has no event yet, three times in all", async () => {
    expect(await follow([[0, broken]])).toMatchObject({ asked: ["open", "open"], error: undefined });
    const never = await follow([
      [0, broken],
      [0, broken],
      [0, broken],
      [0, broken],
    ]);
    expect(never).toMatchObject({ asked: ["open", "open", "open"], error: { message: "the connection broke" } });
  });

  it("takes a stream that just ends for one that broke", async () => {
    const { asked, error } = await follow([[2], [2], [9]]);
    expect(asked).toEqual(["open", "s1 2", "s1 2"]);
    expect(error).toBeUndefined();
  });

  it("gives up after its patience, with what broke the stream", async () => {
    const patient = { patienceMs: 50 };
    const { seen, error } = await follow(
      [[2, broken], ...Array.from({ length: 50 }, () => [2, broken] as const)],
      patient,
    );
    expect(seen).toEqual([1, 2]);
    expect(error).toBe(broken);
  });

  it("says what broke the stream where the server does not know the solve any more", async () => {
    const gone = new ReckonError("not-found", "no such solve");
    expect(
      (
        await follow([
          [2, broken],
          [2, gone],
        ])
      ).error,
    ).toBe(broken);
  });

  it.each(["resource-exhausted", "invalid-argument", "deadline-exceeded", "internal"] as const)(
    "does not ask again after %s",
    async (code) => {
      const refused = new ReckonError(code, "no");
      expect(await follow([[2, refused]])).toMatchObject({ asked: ["open"], error: refused });
    },
  );

  it("waits for nothing when its caller leaves", async () => {
    const leaving = new AbortController();
    const following = follow(
      [[2, new ReckonError("unavailable", "later", { retryAfterMs: 60_000 })]],
      {},
      leaving.signal,
    );
    setTimeout(() => leaving.abort(), 20);
    expect((await following).seen).toContain(2);
  });
});
