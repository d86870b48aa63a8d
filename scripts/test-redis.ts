// The tests over a real Redis. Unlike `npm test`, which leaves them out where there is none, this fails without redis-server.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const found = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
if (found.status !== 0) {
  console.error("redis-server is not installed here: apt-get install redis-server, or valkey");
  process.exit(1);
}
console.log(found.stdout.trim());
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const tests = [
  "libs/store/src/sessions",
  "libs/store/src/tenants",
  "services/orchestrator/src/sessions",
  "tests/auth/replicas.test.ts",
];
const run = spawnSync(process.execPath, [vitest, "run", ...tests, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(run.status ?? 1);
