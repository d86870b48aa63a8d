import { spawn, spawnSync } from "node:child_process";

/** Whether the machine has curl. */
export const hasCurl = spawnSync("curl", ["--version"]).status === 0;

/** What a run of curl has brought. */
export interface Curled {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs curl with the arguments given; `-sS` is added. */
export function curl(...args: readonly string[]): Promise<Curled> {
  const child = spawn("curl", ["-sS", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout }));
  });
}
