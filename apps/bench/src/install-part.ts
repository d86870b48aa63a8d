import { spawn, spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { count, decimal } from "./format.ts";
import { integerFlag } from "./integer-flag.ts";
import type { Table } from "./markdown-table.ts";
import { median } from "./median.ts";
import type { Part } from "./part.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const question = "Solve: x^2 - 5x + 6 = 0";

interface Asked {
  readonly firstThoughtMs: number;
  readonly wholeMs: number;
}

/** What a newcomer waits for: the install, and the time from the command to the first thought. */
export const installPart: Part = {
  name: "install",
  summary:
    "size of node_modules and time from `reckon ask` to the first thought; with --clean a clone and `npm ci` too",
  flags: { count: { type: "string" }, clean: { type: "boolean" } },
  async run(flags, progress) {
    const times = integerFlag(flags, "count", 5, 1, 100);
    const clean = flags.clean === true ? await cleanInstall(progress) : undefined;
    const sizes = packageSizes(join(repository, "node_modules"));
    const asked: Asked[] = [];
    for (let i = 0; i < times; i += 1) {
      asked.push(await ask(repository));
      progress(`ask: first thought after ${decimal(asked.at(-1)?.firstThoughtMs, 0)} ms`);
    }
    const of = (key: keyof Asked) => `${decimal(median(asked.map((one) => one[key])), 0)} ms`;
    const summary: Table = {
      caption: "Install and first thought",
      columns: ["", "measured"],
      rows: [
        ["node_modules", `${megabytes(sizes.total)} MB`],
        ["packages", count(sizes.packages.length)],
        ["from command to first thought (median)", of("firstThoughtMs")],
        ["from command to answer and exit (median)", of("wholeMs")],
        ...(clean === undefined
          ? []
          : [
              ["`npm ci` on a clean clone", `${decimal(clean.installMs / 1000)} s`],
              ["first command on it: to first thought", `${decimal(clean.asked.firstThoughtMs, 0)} ms`],
              ["first command on it: to answer and exit", `${decimal(clean.asked.wholeMs, 0)} ms`],
            ]),
      ],
    };
    const largest: Table = {
      caption: "Largest packages",
      columns: ["", "MB"],
      rows: sizes.packages.slice(0, 8).map(({ name, bytes }) => [name, megabytes(bytes)]),
    };
    return {
      title: "Install",
      notes: [`asked ${times} times: reckon ask "${question}" --json, four services started each time`],
      tables: [summary, largest],
      figures: { sizes, asked, clean },
    };
  },
};

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}

/** Bytes of every package under a node_modules folder, the largest first; links, as to the workspaces, are not followed. */
function packageSizes(folder: string): { total: number; packages: { name: string; bytes: number }[] } {
  const names = readdirSync(folder).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const packages = names
    .map((name) => ({ name, bytes: bytesOf(join(folder, name)) }))
    .filter(({ name, bytes }) => bytes > 0 && !name.startsWith("."))
    .sort((a, b) => b.bytes - a.bytes);
  return { total: packages.reduce((sum, one) => sum + one.bytes, 0), packages };
}

function bytesOf(path: string): number {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

/** Runs the README's first command in a folder and times it from its start. */
async function ask(folder: string): Promise<Asked> {
  const startedAt = performance.now();
  const command = join(folder, "node_modules/.bin/reckon");
  const child = spawn(command, ["ask", question, "--json"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let firstThoughtMs: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"thoughtDelta"')) firstThoughtMs ??= performance.now() - startedAt;
  }
  const code = await exited;
  if (code !== 0 || firstThoughtMs === undefined) throw new Error(`reckon ask exited with ${String(code)}`);
  return { firstThoughtMs, wholeMs: performance.now() - startedAt };
}

async function cleanInstall(progress: (line: string) => void): Promise<{ installMs: number; asked: Asked }> {
  const folder = mkdtempSync(join(tmpdir(), "reckon-install-"));
  const must = (command: string, args: string[], cwd: string) => {
    const { status } = spawnSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${String(status)}`);
  };
  try {
    progress(`cloning into ${folder}`);
    must("git", ["clone", "--quiet", repository, folder], repository);
    const startedAt = performance.now();
    must("npm", ["ci", "--no-audit", "--no-fund"], folder);
    const installMs = performance.now() - startedAt;
    progress(`npm ci took ${decimal(installMs / 1000)} s`);
    return { installMs, asked: await ask(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
