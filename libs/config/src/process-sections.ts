import { z } from "zod";
import { booleanKey, choiceKey, integerKey, numberKey, textKey } from "./config-key.ts";

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

/** True for the address of a Redis or Valkey server. */
function isRedisUrl(value: string): boolean {
  return URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol);
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

/** `[records]`: what replay reads. */
export const recordsSection = z
  .object({
    path: textKey(
      undefined,
      "File that every solve is appended to as a line of JSON, with its answers; nothing is recorded where unset. Questions and thoughts are in it only with `[telemetry] record_prompts`. A file each process.",
      filled("a file path"),
    ),
    max_bytes: integerKey(
      1_073_741_824,
      "Size at which the file is moved to the same name with `.1`, over an older one, and a new one is begun.",
      { min: 65_536, max: 1_099_511_627_776 },
    ),
  })
  .describe("Records of solves, from which stop rules can be replayed: `docs/records.md`.");

/** `[sessions]`: solves that a client may come back to. */
export const sessionsSection = z
  .object({
    redis_url: textKey(
      undefined,
      "Redis (6.2 and newer) or Valkey server that the replicas of the orchestrator share; in memory where unset. With a password better set by `RECKON_SESSIONS_REDIS_URL`.",
      { accepts: "a redis or rediss URL", test: isRedisUrl, secretive: true },
    ),
    redis_prefix: textKey("reckon", "What all keys in Redis begin with.", {
      accepts: "1 to 64 of a-z, A-Z, 0-9, -, _, : and braces",
      test: (value) => /^[\w:{}-]{1,64}$/.test(value),
    }),
    grace: numberKey(10, "How long a solve runs on when the connection of its last client is lost; then it stops.", {
      min: 0,
      max: 600,
      unit: "seconds",
    }),
    ttl: numberKey(120, "How long the events of a solve are kept after its end.", {
      min: 1,
      max: 86_400,
      unit: "seconds",
    }),
    max_solve_bytes: integerKey(
      4_194_304,
      "Events kept of one solve, in bytes; where there are more, the oldest go, but for the first.",
      { min: 65_536, max: 1_073_741_824 },
    ),
    max_bytes: integerKey(
      134_217_728,
      "Events of ended solves kept in one process, in bytes; the oldest solves go first.",
      {
        min: 1_048_576,
        max: 68_719_476_736,
      },
    ),
    lease: numberKey(5, "A replica that shows no sign of life in Redis for this long is lost; others end its solves.", {
      min: 0.2,
      max: 300,
      unit: "seconds",
    }),
  })
  .describe(
    "Solves that a client may come back to: after a broken connection, on another replica, by an idempotency key.",
  );

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
