import { type FieldViolation, nearestName } from "@reckon/core";
import { knownKeys, namedKeys, variableName } from "./known-keys.ts";
import { namedSections } from "./named-sections.ts";
import type { Setting, Settings } from "./setting.ts";

/** Variables that are about one process and so have no key in the file. */
export const processVariables: Readonly<Record<string, string>> = {
  RECKON_CONFIG: "The configuration file.",
  RECKON_HOST: "Address that this one process listens on, whichever service it is.",
  RECKON_PORT: "Port that this one process listens on, whichever service it is; 0 picks a free one.",
  RECKON_EXIT_WITH_PARENT: "`1`: the process ends when its standard input does, so with the parent that holds it.",
  RECKON_SERVICES_FROM_STDIN:
    "`1`: the orchestrator reads the addresses of the other services from its standard input.",
  RECKON_API_KEY: "API key with which the `reckon` command and the SDK's examples call that server.",
  RECKON_URL: "Server that the `reckon` command talks to instead of starting its own.",
};

/**
 * Kubernetes tells every pod about the services beside it, in variables that begin with their names
 * (`RECKON_PORT=tcp://10.0.0.1:8080`, `RECKON_VERIFIER_SERVICE_HOST`); they are not ours although they look it.
 */
export function isServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$/.test(name)) return true;
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true;
  return /_PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value);
}

/**
 * Reads `RECKON_<SECTION>_<KEY>` variables into settings; an empty one counts as unset. Unknown ones are violations with
 * the nearest name. `names` are those of sections known from the file (`["backends", "mine"]`), `secrets` the variables that hold API
 * keys.
 */
export function readEnvironment(
  env: NodeJS.ProcessEnv,
  names: readonly (readonly [string, string])[],
  secrets: ReadonlySet<string>,
): Settings {
  const settings: Setting[] = [];
  const violations: FieldViolation[] = [];
  const standard = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (standard) {
    const source = "OTEL_EXPORTER_OTLP_ENDPOINT";
    settings.push({ path: ["telemetry", "otlp_endpoint"], value: standard, source, isText: true });
  }
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("RECKON_") || value === undefined) continue;
    if (Object.hasOwn(processVariables, name) || secrets.has(name) || isServiceLink(name, value)) continue;
    const path = pathOfVariable(name, names);
    if (path === undefined) {
      const nearest = nearestName(name, [...knownKeys.map((key) => key.variable), ...Object.keys(processVariables)]);
      const description = `unknown variable; the nearest known one is ${nearest} (environment)`;
      violations.push({ field: name, description });
    } else if (value !== "") {
      settings.push({ path, value, source: name, isText: true });
    }
  }
  return { settings, violations };
}

function pathOfVariable(name: string, names: readonly (readonly [string, string])[]): readonly string[] | undefined {
  const fixed = knownKeys.find((key) => key.variable === name);
  if (fixed !== undefined) return [fixed.section, fixed.key];
  for (const [word, own] of names) {
    const key = namedKeys[word]?.find((candidate) => variableName(word, own, candidate.key) === name);
    if (key !== undefined) return [word, own, key.key];
  }
  for (const word of Object.keys(namedSections)) {
    const path = pathOfNewName(word, name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** A backend or tenant that only the environment knows: the longest key that fits ends the name, the rest is its own name. */
function pathOfNewName(word: string, name: string): readonly string[] | undefined {
  const prefix = `RECKON_${word.toUpperCase()}_`;
  if (!name.startsWith(prefix)) return undefined;
  const byLength = (namedKeys[word] ?? []).toSorted((a, b) => b.key.length - a.key.length);
  const key = byLength.find((candidate) => name.endsWith(`_${candidate.key.toUpperCase()}`));
  if (key === undefined) return undefined;
  const own = name
    .slice(prefix.length, -key.key.length - 1)
    .toLowerCase()
    .replaceAll("_", "-");
  return namedSections[word]?.namePattern.test(own) ? [word, own, key.key] : undefined;
}
