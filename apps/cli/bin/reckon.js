#!/usr/bin/env node
// Plain JavaScript on purpose: whatever Node starts this, the command itself runs on Node 24 (native type stripping).
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const main = new URL("../src/main.ts", import.meta.url);
if (Number(process.versions.node.split(".")[0]) >= 24) {
  await import(main.href);
} else {
  const node = createRequire(import.meta.url).resolve("node/bin/node");
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", fileURLToPath(main), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
