// What `npm test` runs: every test that needs nothing but npm packages. It ends by saying what it left out.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
const run = spawnSync(process.execPath, [vitest, "run", ...process.argv.slice(2)], { stdio: "inherit" });
console.log(
  [
    "",
    "left out here, each with its own command:",
    "  npm run test:redis       what replicas share, over a real Redis (needs redis-server)",
    "  npm run test:chaos       kill -9 under load, 25 times each process (needs redis-server; minutes)",
    "  npm run test:clients     an unmodified LangChain chat model before the front door (downloads it)",
    "  npm run generate:check   generated code is current (downloads buf)",
    "  npm run train:smoke      the training recipe end to end (needs Python 3.11 and PyTorch)",
    "  npm run bench            figures of docs/ and the model card (minutes)",
  ].join("\n"),
);
process.exit(run.status ?? 1);
