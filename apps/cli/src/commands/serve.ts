import type { Config, ServiceName } from "@reckon/config";
import type { ServeCommand } from "../arguments/parse-command.ts";
import { startServiceProcess } from "../cluster/service-process.ts";
import { startCluster } from "../cluster/start-cluster.ts";
import { exitCodes } from "../exit-codes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { type Io, writeLines } from "../io.ts";

// A little over the drain that the services give themselves ([server] drain_timeout, at most 600 s).
const drainMs = 610_000;

/** `reckon serve`: runs services until a signal comes, then drains them. */
export async function runServe(command: ServeCommand, io: Io): Promise<number> {
  const { listenAddress, loadConfig } = await import("@reckon/config");
  // Here, so that a mistake is told once and not by each service.
  const config = loadConfig({
    ...(command.configFile !== undefined && { file: command.configFile }),
    ...(command.insecure && { flags: { auth: { insecure: "true" } } }),
  });
  const service = command.service === "all" ? "orchestrator" : command.service;
  listenAddress(service, config, command.host === undefined ? io.env : { ...io.env, RECKON_HOST: command.host });
  return command.service === "all" ? serveAll(command, config.server, io) : serveOne(command.service, command, io);
}

async function serveAll(command: ServeCommand, server: Config["server"], io: Io): Promise<number> {
  const interrupts = listenForInterrupts();
  try {
    const cluster = await startCluster({
      ...(command.configFile !== undefined && { configFile: command.configFile }),
      host: command.host ?? server.host,
      port: command.port ?? server.port,
      ...(command.insecure && { env: { ...process.env, RECKON_AUTH_INSECURE: "true" } }),
      signal: interrupts.signal,
      onLine: (_, line) => void io.stderr.write(`${line}\n`),
    });
    const { orchestrator, ...inner } = cluster.urls;
    await writeLines(io.stdout, [
      `reckon serves at ${orchestrator} (gRPC, gRPC-Web and Connect; OpenAI's API at ${orchestrator}/v1)`,
      ...Object.entries(inner).map(([service, url]) => `  ${service.padEnd(12)} ${url}`),
      `try: reckon ask --url ${orchestrator} "Solve: x^2 - 5x + 6 = 0"`,
    ]);
    const signalled = new Promise<undefined>((resolve) => {
      if (interrupts.signal.aborted) resolve(undefined);
      interrupts.signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const broken = await Promise.race([cluster.broken, signalled]);
    if (broken !== undefined)
      await writeLines(io.stderr, [`reckon: ${broken} ended by itself; the others are stopped`]);
    else await writeLines(io.stderr, ["reckon: draining; a second signal ends at once"]);
    await cluster.stop(drainMs);
    return broken === undefined ? exitCodes.ok : exitCodes.unavailable;
  } finally {
    interrupts.close();
  }
}

async function serveOne(service: ServiceName, command: ServeCommand, io: Io): Promise<number> {
  const interrupts = listenForInterrupts();
  const child = startServiceProcess({
    service,
    env: {
      ...process.env,
      ...(command.configFile !== undefined && { RECKON_CONFIG: command.configFile }),
      ...(command.host !== undefined && { RECKON_HOST: command.host }),
      ...(command.insecure && { RECKON_AUTH_INSECURE: "true" }),
      ...(command.port !== undefined && { RECKON_PORT: String(command.port) }),
    },
    onLine: (line) => void io.stderr.write(`${line}\n`),
  });
  const stopping = new Promise<void>((resolve) => {
    const stop = () => child.stop(drainMs).then(resolve);
    if (interrupts.signal.aborted) void stop();
    interrupts.signal.addEventListener("abort", () => void stop(), { once: true });
  });
  try {
    await writeLines(io.stdout, [`reckon ${service} serves at ${await child.url}`]);
    const ended = await Promise.race([child.exited.then(() => "by itself"), stopping.then(() => "stopped")]);
    return ended === "stopped" || interrupts.exitCode() !== undefined ? exitCodes.ok : exitCodes.unavailable;
  } catch (error) {
    if (interrupts.exitCode() !== undefined) return exitCodes.ok;
    throw error;
  } finally {
    interrupts.close();
  }
}
