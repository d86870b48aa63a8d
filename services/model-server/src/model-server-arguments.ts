import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { nearestName, ReckonError } from "@reckon/core";
import type { ModelServerOptions } from "./create-model-server.ts";
import { readFaultFile } from "./faults/read-fault-file.ts";

const flags = {
  host: { type: "string" },
  port: { type: "string", short: "p" },
  faults: { type: "string" },
  weights: { type: "string" },
  threads: { type: "string" },
  "max-batch": { type: "string" },
  "rate-requests": { type: "string" },
  "rate-tokens": { type: "string" },
  stub: { type: "boolean" },
  "stub-text": { type: "string", multiple: true },
  "stub-rate": { type: "string" },
  "stub-delay": { type: "string" },
  "trim-prefixes": { type: "boolean" },
  insecure: { type: "boolean" },
} as const satisfies ParseArgsOptionsConfig;

type Flag = keyof typeof flags;
type Switch = "stub" | "trim-prefixes" | "insecure";
type ValueFlag = Exclude<Flag, Switch | "stub-text">;

/** vLLM's port. */
const defaultPort = 8_000;

/**
 * The options that command-line flags ask for. A flag that is not given is read from `RECKON_MODEL_SERVER_` and its name in
 * capitals, host and port from `RECKON_HOST` and `RECKON_PORT` too; the key that clients must send from
 * `RECKON_MODEL_SERVER_API_KEY` alone. Throws `invalid-argument` for anything wrong, a fault file included, and where
 * another address than the loopback is to be served to everybody without `insecure`.
 */
export async function modelServerOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ModelServerOptions> {
  const values = readFlags(args);
  const variable = (name: string) => env[`RECKON_MODEL_SERVER_${name.toUpperCase().replaceAll("-", "_")}`] || undefined;
  const text = (name: ValueFlag) => values[name] ?? variable(name);
  const isOn = (name: Switch) => values[name] ?? ["1", "true"].includes(variable(name) ?? "");
  const number = (name: ValueFlag, min: number, max: number, given = text(name)) =>
    given === undefined ? {} : { [name]: wholeNumber(name, given, min, max) };

  const host = text("host") ?? (env["RECKON_HOST"] || "127.0.0.1");
  const { port = defaultPort } = number("port", 0, 65_535, text("port") ?? (env["RECKON_PORT"] || undefined));
  const apiKey = variable("api-key");
  if (!isLoopback(host) && apiKey === undefined && !isOn("insecure")) {
    const how = "set RECKON_MODEL_SERVER_API_KEY, or --insecure where everybody may use it";
    throw new ReckonError("invalid-argument", `--host is ${host}, which others can reach, and there is no key: ${how}`);
  }
  const { threads } = number("threads", 1, 64);
  const { "max-batch": maxBatch } = number("max-batch", 1, 1024);
  const { "rate-requests": requestsPerMinute } = number("rate-requests", 1, 1e9);
  const { "rate-tokens": tokensPerMinute } = number("rate-tokens", 1, 1e12);
  const { "stub-rate": tokensPerSecond } = number("stub-rate", 1, 1e6);
  const { "stub-delay": firstTokenMs } = number("stub-delay", 0, 3_600_000);
  const weightsDir = text("weights");
  const texts =
    values["stub-text"] ?? (variable("stub-text") === undefined ? undefined : [variable("stub-text") as string]);
  const faultFile = text("faults");
  return {
    host,
    port,
    apiKey,
    engine: { ...(weightsDir && { weightsDir }), ...(threads && { threads }), ...(maxBatch && { maxBatch }) },
    rateLimits: { ...(requestsPerMinute && { requestsPerMinute }), ...(tokensPerMinute && { tokensPerMinute }) },
    ...(isOn("stub") && {
      stub: { texts, ...(tokensPerSecond && { tokensPerSecond }), ...(firstTokenMs !== undefined && { firstTokenMs }) },
    }),
    ...(isOn("trim-prefixes") && { trimsPrefixes: true }),
    ...(faultFile && { faults: await readFaultFile(faultFile) }),
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(-{1,2}[^']+)'/.exec(message)?.[1];
    if (unknown === undefined) throw new ReckonError("invalid-argument", message.replace(/\.? To specify .*$/s, ""));
    const nearest = nearestName(unknown.replace(/^-+/, ""), Object.keys(flags), 3);
    const meant = nearest === undefined ? "" : `; did you mean --${nearest}?`;
    throw new ReckonError("invalid-argument", `unknown option ${unknown}${meant}`);
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ReckonError(
    "invalid-argument",
    `--${flag} is ${JSON.stringify(text)}; it takes a whole number from ${min} to ${max}`,
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
