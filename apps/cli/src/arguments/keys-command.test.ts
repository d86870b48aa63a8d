import { describe, expect, it } from "vitest";
import { parseCommand } from "./parse-command.ts";
import { UsageError } from "./usage-error.ts";

const keys = (...words: string[]) => parseCommand(["keys", ...words], {});

describe("reckon keys", () => {
  it("understands what each action takes", () => {
    const shared = { name: "keys", file: undefined, configFile: undefined, json: false };
    expect(keys("create", "--tenant", "acme", "-l", "the mobile app", "--expires", "30d", "-f", "k.json")).toEqual({
      ...shared,
      action: "create",
      file: "k.json",
      tenant: "acme",
      label: "the mobile app",
      lifetimeMs: 30 * 86_400_000,
    });
    expect(keys("list", "--json")).toEqual({ ...shared, action: "list", json: true });
    expect(keys("revoke", "abcdefghijkl")).toEqual({ ...shared, action: "revoke", id: "abcdefghijkl" });
    expect(keys("revoke", `rk_abcdefghijkl_${"x".repeat(43)}`)).toMatchObject({ id: "abcdefghijkl" });
  });

  it.each([
    [[]],
    [["make"]],
    [["create"]],
    [["create", "--tenant", "Acme Inc"]],
    [["create", "--tenant", "a", "--expires", "1"]],
    [["revoke"]],
    [["list", "more"]],
  ])("refuses %j", (words) => expect(() => keys(...words)).toThrow(UsageError));
});
