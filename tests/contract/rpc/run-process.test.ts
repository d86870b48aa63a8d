import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createRpcClient } from "@reckon/rpc";
import { describe, expect, it } from "vitest";
import { type EchoClient, EchoService, text } from "./echo-service.ts";

const main = fileURLToPath(new URL("./process-main.ts", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly ready: { service: string; url: string; pid: number };
  readonly exit: Promise<number | null>;
  readonly log: () => string;
}

async function start(env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [main], { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const exit = once(child, "exit").then(([code]) => code as number | null);
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exit.then(() => ["{}"]),
  ])) as [string];
  return { child, ready: JSON.parse(line), exit, log: () => log };
}

describe("a service's process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("on %s finishes what runs, closes and exits 0", async (signal) => {
    const { child, ready, exit, log } = await start();
    expect(ready).toMatchObject({ service: "echo", pid: child.pid });
    const client = createRpcClient(EchoService, { target: ready.url }) as unknown as EchoClient;
    const ticks: number[] = [];
    for await (const { count } of client.serve(text("go"))) {
      ticks.push(count);
      if (count === 3) child.kill(signal);
    }
    expect(ticks).toHaveLength(30);
    expect(await exit).toBe(0);
    expect(log()).toContain('"msg":"closed"');
    client.close();
  });

  it("exits 1 and says why where it cannot start", async () => {
    const { exit, log } = await start({ FAIL_TO_START: "1" });
    expect(await exit).toBe(1);
    expect(log()).toContain("nothing works today");
  });

  it("does not outlive its parent, where it is told so", async () => {
    const { child, exit } = await start({ RECKON_EXIT_WITH_PARENT: "1" });
    child.stdin?.end();
    expect(await exit).toBe(0);
  });

  it("lives on when standard input ends, where it is not", async () => {
    const { child, ready, exit } = await start();
    child.stdin?.end();
    expect((await fetch(`${ready.url}/readyz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });
});
