#!/usr/bin/env node
// Plain JavaScript on purpose: whatever Node starts this, the command itself runs on Node 24 (native type stripping).
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Compiled code is kept between runs; the services inherit it.
process.env.NODE_COMPILE_CACHE ||= join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "reckon", "compile");

const main = new URL("../src/main.ts", import.meta.url);
if (Number(process.versions.node.split(".")[0]) >= 24) {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(main.href);
} else {
  const child = spawn(
    findNode(),
    ["--disable-warning=ExperimentalWarning", fileURLToPath(main), ...process.argv.slice(2)],
    {
      stdio: "inherit",
    },
  );
  // In a terminal Ctrl-C reaches the child too; it takes both for one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`reckon: cannot start Node 24: ${error.message}`);
    process.exit(3);
  });
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}

function findNode() {
  try {
    return createRequire(import.meta.url).resolve("node/bin/node");
  } catch {
    console.error(
      `reckon: needs Node 24 or newer, this is ${process.version}; \`npm ci\` brings it along (package "node")`,
    );
    process.exit(3);
  }
}
