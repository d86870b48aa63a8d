// `npm run test:clients`: installs the clients of other people here, where nobody else pays for them, and runs their checks.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: here, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${here}node_modules/@langchain/openai`))
  run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
run(process.execPath, ["--test", "--test-timeout=300000", "langchain.check.ts"]);
