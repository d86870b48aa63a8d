import { z } from "zod";
import { booleanKey, choiceKey, integerKey, listKey, numberKey, textKey } from "./config-key.ts";

const port = { min: 0, max: 65_535 };

const address = {
  accepts: 'an address "host:port", "[ipv6]:port" or "dns:host:port"',
  test: (value: string) => {
    const match = /^(?:dns:(?:\/\/\/)?)?(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(value);
    return match !== null && Number(match[1]) <= 65_535;
  },
};

const filled = (accepts: string) => ({ accepts, test: (value: string) => value.length > 0 && !value.includes("\0") });

/** True for an http(s) URL without credentials: those would show up in logs. */
export function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const http = url.protocol === "http:" || url.protocol === "https:";
  return http && url.username === "" && url.password === "";
}

/** `[server]`: the public port, which the orchestrator listens on. */
export const serverSection = z
  .object({
    host: textKey("127.0.0.1", "Address to listen on.", filled("a host name or IP address")),
    port: integerKey(8080, "Port to listen on; 0 picks a free one.", port),
    drain_timeout: numberKey(30, "Time that running calls have to finish after SIGTERM, every service.", {
      min: 0,
      max: 600,
      unit: "seconds",
    }),
  })
  .describe("The public port. gRPC, gRPC-Web and Connect share it.");

/** `[services]`: where the other services are, and where they listen when started on this machine. */
export const servicesSection = z
  .object({
    difficulty: textKey("127.0.0.1:8081", "Address of the difficulty service.", address),
    verifier: textKey("127.0.0.1:8082", "Address of the verifier.", address),
    model_proxy: textKey("127.0.0.1:8083", "Address of the model proxy.", address),
  })
  .describe("Where the other services are reached; each also listens there unless told otherwise.");

/** `[telemetry]`: traces, metrics and logs. */
export const telemetrySection = z
  .object({
    otlp_endpoint: textKey(
      undefined,
      "OTLP/HTTP endpoint for traces and metrics; no export where unset. `OTEL_EXPORTER_OTLP_ENDPOINT` sets it too.",
      { accepts: "an http or https URL without credentials", test: isPlainHttpUrl, secretive: true },
    ),
    log_level: choiceKey(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "info",
      "The least severe log lines that are written.",
    ),
    record_prompts: booleanKey(
      false,
      "Keep the text of problems in the store and, with their answers, in traces. It is never in logs.",
    ),
  })
  .describe("Traces, metrics and logs.");

/** `[store]`: history and outcomes. */
export const storeSection = z
  .object({
    path: textKey(
      undefined,
      'SQLite file of the history; ":memory:" keeps nothing. Where unset: `reckon/history.sqlite` in the user\'s data folder (`$XDG_DATA_HOME`, or `~/.local/share`).',
      filled("a file path"),
    ),
    max_outcomes: integerKey(100_000, "Outcomes to keep; the oldest go first.", { min: 1, max: 100_000_000 }),
  })
  .describe("History and outcomes, from which difficulty learns.");

/** `[engine]`: the embedded model. */
export const engineSection = z
  .object({
    threads: integerKey(
      undefined,
      "Decoding threads of the embedded model, each with a batch of its own. Where unset: 2, or 1 on a single processor.",
      { min: 1, max: 64 },
    ),
    max_batch: integerKey(64, "Samples that the embedded model decodes at once; the rest wait.", { min: 1, max: 1024 }),
    weights_dir: textKey(undefined, "Folder of other weights for the embedded model.", filled("a folder path")),
  })
  .describe("The embedded model.");

/** `[verifier]`: who checks thoughts. */
export const verifierSection = z
  .object({
    verifiers: listKey(
      ["prm", "checker"],
      ["prm", "checker"],
      'Who checks steps and answers: "prm" is the process reward model, "checker" the program that computes arithmetic and inserts solutions into equations.',
    ),
  })
  .describe("Who checks thoughts.");
