import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";

const program = `
  const { processConfig } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
  console.log(JSON.stringify(processConfig().server));`;

function run(args: string[], env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: tmpdir(), env: { HOME: "/nonexistent", ...env } };
    execFile(
      process.execPath,
      ["--input-type=module", "-e", program, "--", "main.ts", ...args],
      options,
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe("processConfig", () => {
  it("reads arguments and environment", async () => {
    const { code, stdout } = await run(["--server.port", "0"], { RECKON_SERVER_HOST: "::1" });
    expect([code, JSON.parse(stdout)]).toEqual([0, { host: "::1", port: 0, drain_timeout: 30 }]);
  });

  it("ends the process with a line for each mistake and no stack", async () => {
    const wrong = await run(["--server.port", "x"], { RECKON_SERVER_HOTS: "::1" });
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr.trimEnd().split("\n")).toEqual([
      "the configuration is wrong:",
      "  RECKON_SERVER_HOTS: unknown variable; the nearest known one is RECKON_SERVER_HOST (environment)",
      '  server.port: is "x" (--server.port); it takes a whole number from 0 to 65535',
    ]);
    expect((await run(["--config", "none.toml"], {})).stderr).toContain('no configuration file "none.toml"');
  });
});
