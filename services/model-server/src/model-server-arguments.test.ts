import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelServerOptions } from "./model-server-arguments.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reckon-model-server-"));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, text: string) => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};

describe("the model server's flags", () => {
  it("reads flags before variables", async () => {
    const env = { RECKON_PORT: "1", RECKON_MODEL_SERVER_STUB: "1", RECKON_MODEL_SERVER_STUB_RATE: "50" };
    const options = await modelServerOptions(["--port", "0", "--stub-text", "a", "--stub-text", "b"], env);
    expect(options).toMatchObject({ host: "127.0.0.1", port: 0, stub: { texts: ["a", "b"], tokensPerSecond: 50 } });
    expect((await modelServerOptions([], env)).port).toBe(1);
  });

  it("reads faults from TOML and from JSON", async () => {
    const toml = await write("f.toml", 'seed = 7\n\n[[faults]]\nkind = "stall"\nrate = 0.1\nafter_tokens = [2, 9]\n');
    const json = await write("f.json", '{"seed":7,"faults":[{"kind":"stall","rate":0.1,"after_tokens":[2,9]}]}');
    const [first, second] = [
      await modelServerOptions(["--faults", toml], {}),
      await modelServerOptions(["--faults", json], {}),
    ];
    expect(first.faults).toEqual(second.faults);
    expect(first.faults?.faults?.[0]).toMatchObject({ kind: "stall", after_tokens: [2, 9] });
  });

  it("names the fault file that is wrong", async () => {
    const file = await write("wrong.toml", '[[faults]]\nkind = "stall"\nrate = 2\n');
    await expect(modelServerOptions(["--faults", file], {})).rejects.toThrow(/wrong\.toml: faults\.0\.rate/);
    await expect(modelServerOptions(["--faults", join(folder, "none.toml")], {})).rejects.toThrow(/none\.toml/);
  });

  it("serves others only with a key, or where it is told to", async () => {
    await expect(modelServerOptions(["--host", "0.0.0.0"], {})).rejects.toThrow(/there is no key/);
    const keyed = await modelServerOptions(["--host", "0.0.0.0"], { RECKON_MODEL_SERVER_API_KEY: "secret" });
    expect(keyed.apiKey).toBe("secret");
    expect((await modelServerOptions(["--host", "0.0.0.0", "--insecure"], {})).host).toBe("0.0.0.0");
  });

  it.each([
    [["--prot", "1"], /unknown option --prot; did you mean --port/],
    [["--port", "70000"], /--port is "70000"; it takes a whole number from 0 to 65535/],
    [["--threads", "many"], /--threads/],
  ])("refuses %j", async (args, message) => {
    await expect(modelServerOptions(args, {})).rejects.toThrow(message);
  });
});
