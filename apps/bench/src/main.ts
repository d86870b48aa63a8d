import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { markdownTable } from "./markdown-table.ts";
import type { Part, Report } from "./part.ts";
import { parts } from "./parts.ts";

const flagsOf = (part: Part) =>
  Object.keys(part.flags)
    .map((flag) => `--${flag}`)
    .join(" ");
const usage = () =>
  [
    "usage: npm run bench -- PART [--out FILE] [flags of the part]",
    "",
    ...parts.map((part) => `  ${part.name.padEnd(14)}${part.summary} (${flagsOf(part)})`),
  ].join("\n");

function print(report: Report): void {
  console.log(`## ${report.title}\n`);
  for (const note of report.notes) console.log(`- ${note}`);
  for (const table of report.tables) console.log(`\n${markdownTable(table)}`);
  if (report.text !== undefined) console.log(`\`\`\`\n${report.text}\n\`\`\``);
}

async function run(part: Part, args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { ...part.flags, out: { type: "string" } }, strict: true });
  const startedAt = performance.now();
  const report = await part.run(values as Record<string, string | boolean>, (line) => console.error(line));
  print(report);
  console.log(`\ntook ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  if (typeof values.out === "string") {
    writeFileSync(values.out, `${JSON.stringify({ part: part.name, ...report }, undefined, 2)}\n`);
  }
}

const [name, ...args] = process.argv.slice(2);
const part = parts.find((candidate) => candidate.name === name);
if (part === undefined) {
  console.error(usage());
  process.exit(name === undefined || name === "--help" || name === "help" ? 0 : 2);
}
if (args.includes("--help")) {
  console.log(`${part.name}: ${part.summary}\nflags: ${flagsOf(part)} --out`);
  process.exit(0);
}
try {
  await run(part, args);
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
