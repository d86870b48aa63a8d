import { readFileSync, writeFileSync } from "node:fs";
import { describeConfig } from "@reckon/config";

// Writes docs/configuration.md from the schema; with --check only compares, and fails where the page is out of date.
const file = new URL("../docs/configuration.md", import.meta.url);
const page = describeConfig();
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== page) {
    console.error("docs/configuration.md is out of date: run node scripts/config-docs.ts");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page);
}
