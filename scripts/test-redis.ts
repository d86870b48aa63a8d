// The tests over a real Redis. Unlike `npm test`, which leaves them out where there is none, this fails without it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findRedisServer } from "../libs/testing/src/start-redis.ts";

const server = findRedisServer();
if (server === undefined) {
  console.error("there is no redis-server here: apt-get install redis-server, or valkey-server");
  process.exit(1);
}
console.log(`over ${server}`);
const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const tests = [
  "libs/store/src/sessions",
  "libs/store/src/tenants",
  "services/orchestrator/src/sessions",
  "tests/auth/replicas.test.ts",
];
const run = spawnSync(process.execPath, [vitest, "run", ...tests, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(run.status ?? 1);
