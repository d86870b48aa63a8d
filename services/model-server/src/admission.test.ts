import { describe, expect, it } from "vitest";
import { createAdmission } from "./admission.ts";

const never = new AbortController().signal;

describe("admission", () => {
  it("lets the most urgent in first, and those of one priority in turn", async () => {
    const admission = createAdmission(1);
    const leave = await admission.enter(1, 0, never);
    const entered: string[] = [];
    const enter = async (name: string, priority: number) => {
      const out = await admission.enter(1, priority, never);
      entered.push(name);
      out();
    };
    const all = [enter("late", 5), enter("first", 0), enter("second", 0), enter("urgent", -5)];
    expect(admission.waiting).toBe(4);
    leave();
    await Promise.all(all);
    expect(entered).toEqual(["urgent", "first", "second", "late"]);
  });

  it("forgets who gives up, and gives a place back once", async () => {
    const admission = createAdmission(2);
    const leave = await admission.enter(2, 0, never);
    const giving = new AbortController();
    const given = admission.enter(1, 0, giving.signal);
    giving.abort(new Error("gone"));
    await expect(given).rejects.toThrow("gone");
    expect(admission.waiting).toBe(0);
    leave();
    leave();
    const [one, two] = [await admission.enter(1, 0, never), await admission.enter(1, 0, never)];
    const third = admission.enter(1, 0, never);
    expect(admission.waiting).toBe(1);
    one();
    (await third)();
    two();
  });
});
