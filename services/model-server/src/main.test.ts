import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, RECKON_EXIT_WITH_PARENT: "1" },
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return { child, exited };
}

describe("the model server's process", () => {
  it("says where it listens, and lets what runs end when it is told to stop", async () => {
    const { child, exited } = start(["--port", "0", "--stub", "--stub-rate", "40"]);
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { service, url } = JSON.parse(line) as { service: string; url: string };
    expect(service).toBe("model-server");
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ messages: [{ role: "user", content: "What is 17 * 23?" }], stream: true }),
    });
    child.kill("SIGTERM");
    expect(await response.text()).toMatch(/"finish_reason":"stop"[\s\S]*\[DONE\]/);
    expect(await exited).toBe(0);
  });

  it("ends with its parent, and with 2 where its flags are wrong", async () => {
    const orphan = start(["--port", "0", "--stub"]);
    await once(orphan.child.stdout, "data");
    orphan.child.stdin.end();
    expect(await orphan.exited).toBe(0);
    expect(await start(["--prot", "0"]).exited).toBe(2);
  });
});
