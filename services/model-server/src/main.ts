import { createModelServer } from "./create-model-server.ts";
import { modelServerOptions } from "./model-server-arguments.ts";

const drainTimeoutMs = 30_000;

try {
  const server = await createModelServer(await modelServerOptions(process.argv.slice(2)));
  let stopping = false;
  const stop = async (timeoutMs: number) => {
    if (stopping) return process.exit(1);
    stopping = true;
    await server.close({ drainTimeoutMs: timeoutMs });
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(drainTimeoutMs));
  if (process.env["RECKON_EXIT_WITH_PARENT"] === "1") {
    process.stdin
      .on("close", () => stopping || void stop(0))
      .on("error", () => undefined)
      .resume();
  }
  process.stdout.write(`${JSON.stringify({ service: "model-server", url: server.url, pid: process.pid })}\n`);
} catch (error) {
  const { code, message } = error as { code?: string; message?: string };
  process.stderr.write(`model-server: ${message ?? String(error)}\n`);
  process.exit(code === "invalid-argument" ? 2 : 1);
}
