import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Part } from "./part.ts";

const program = fileURLToPath(new URL("./engine-speed.ts", import.meta.url));

/** Runs `engine-speed.ts` in a process of its own, so that nothing else of the bench shares its event loop. */
export const engineSpeedPart: Part = {
  name: "engine-speed",
  summary:
    "tokens per second of the engine at batch 1 to 32 against a plain loop over onnxruntime with the same weights",
  flags: {
    threads: { type: "string" },
    weights: { type: "string" },
    repetitions: { type: "string" },
    ms: { type: "string" },
  },
  async run(flags) {
    const args = Object.entries(flags).flatMap(([name, value]) =>
      typeof value === "string" && name !== "out" ? [`--${name}`, value] : [],
    );
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const lines = await Array.fromAsync(createInterface({ input: child.stdout }));
    const code = await ended;
    if (code !== 0) throw new Error(`engine-speed exited with ${String(code)}`);
    return { title: "Speed of the engine", notes: [], tables: [], text: lines.join("\n"), figures: { lines } };
  },
};
