// Generates libs/proto/src/gen from proto/ and from the public definitions of gRPC health and reflection.
// `node scripts/generate.ts` writes; `node scripts/generate.ts --check` fails when what is committed is not current.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const tools = join("tools", "codegen");
const modules = join(tools, "node_modules");
const bin = join(process.cwd(), modules, ".bin");
const out = join("libs", "proto", "src", "gen");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function run(command: string, args: string[]): void {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
  execFileSync(command, args, { stdio: "inherit", env });
}

if (!existsSync(join(bin, "buf"))) {
  run(npm, ["ci", "--prefix", tools, "--ignore-scripts", "--no-audit", "--no-fund"]);
}

const wire = mkdtempSync(join(tmpdir(), "reckon-wire-"));
try {
  cpSync(join(modules, "grpc-health-check/proto/health/v1/health.proto"), join(wire, "grpc/health/v1/health.proto"));
  cpSync(
    join(modules, "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto"),
    join(wire, "grpc/reflection/v1/reflection.proto"),
  );
  run("buf", ["lint"]);
  run("buf", ["format", "--diff", "--exit-code"]);
  rmSync(out, { recursive: true, force: true });
  run("buf", ["generate"]);
  run("buf", ["generate", wire, "--template", "buf.gen.yaml"]);
} finally {
  rmSync(wire, { recursive: true, force: true });
}

if (process.argv.includes("--check")) {
  const changed = execFileSync("git", ["status", "--porcelain", "--", out], { encoding: "utf8" });
  if (changed !== "") {
    console.error(`generated code is not current; run \`npm run generate\` and commit:\n${changed}`);
    process.exit(1);
  }
}
