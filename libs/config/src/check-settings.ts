import type { FieldViolation } from "@reckon/core";
import { type Config, configSchema } from "./config-schema.ts";
import { type KnownKey, knownKeyAt, namedKeysOf } from "./known-keys.ts";
import { poolChecks } from "./pool-checks.ts";
import type { Setting } from "./setting.ts";
import { verifierChecks } from "./verifier-checks.ts";

/** The nested tables that settings spell out; a later one overrides an earlier one. */
function tablesOf(settings: readonly Setting[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { path, value } of settings) {
    let table = root;
    for (const name of path.slice(0, -1)) {
      if (!Object.hasOwn(table, name)) table[name] = {};
      table = table[name] as Record<string, unknown>;
    }
    table[path.at(-1) as string] = value;
  }
  return root;
}

/** Reads the text of a variable or flag as the type of its key; text that is not one stays as it is, to be complained of. */
function typedValue(setting: Setting, key: KnownKey): unknown {
  if (!setting.isText || typeof setting.value !== "string") return setting.value;
  const text = setting.value.trim();
  switch (key.kind) {
    case "integer":
    case "number":
      return /^[+-]?(\d[\d_]*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text.replaceAll("_", "")) : setting.value;
    case "boolean":
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      return /^(false|0|no|off)$/i.test(text) ? false : setting.value;
    case "list":
      return text.split(",").map((item) => item.trim());
    case "text":
      return setting.value;
  }
}

/** A value as it may stand in a message: short, and hidden where it may hold a secret. */
function shown(value: unknown, key: KnownKey): string {
  if (key.secretive) return "has a value that is not accepted (not shown, as it may be a secret)";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return `is ${text.length > 80 ? `${text.slice(0, 80)}...` : text}`;
}

/** Checks settings against the schema: the complete configuration, or everything that is wrong with them. */
export function checkSettings(
  settings: readonly Setting[],
): { config: Config; violations: readonly [] } | { config: undefined; violations: readonly FieldViolation[] } {
  const effective = new Map<string, Setting>();
  for (const setting of settings) {
    const key = knownKeyAt(setting.path);
    if (key !== undefined) effective.set(setting.path.join("."), { ...setting, value: typedValue(setting, key) });
  }
  const parsed = configSchema.safeParse(tablesOf([...effective.values()]));
  if (parsed.success) {
    const violations = crossChecks(parsed.data, effective);
    if (violations.length === 0) return { config: withDefaultBackend(parsed.data), violations: [] };
    return { config: undefined, violations };
  }
  const violations = parsed.error.issues.map((issue): FieldViolation => {
    const whole = issue.path.map(String);
    // What is wrong with an item of a list is told of the list.
    const path = whole.slice(0, namedKeysOf(whole[0]).length > 0 ? 3 : 2);
    const key = knownKeyAt(path);
    const setting = effective.get(path.join("."));
    if (key === undefined || setting === undefined) return { field: path.join("."), description: issue.message };
    const description = `${shown(setting.value, key)} (${setting.source}); it takes ${key.accepts}`;
    return { field: path.join("."), description };
  });
  return { config: undefined, violations };
}

/** What no key can know alone. */
function crossChecks(config: Config, effective: ReadonlyMap<string, Setting>): FieldViolation[] {
  const violations: FieldViolation[] = [];
  const from = (...paths: string[]) => {
    const sources = new Set(paths.map((path) => effective.get(path)?.source).filter((source) => source !== undefined));
    return sources.size === 0 ? "" : ` (${[...sources].join(", ")})`;
  };
  const steps = config.test_time_compute;
  if (steps.min_thinking_steps > steps.max_thinking_steps) {
    const field = "test_time_compute.min_thinking_steps";
    const description = `is ${steps.min_thinking_steps}${from(field, "test_time_compute.max_thinking_steps")}; it takes at most max_thinking_steps, ${steps.max_thinking_steps}`;
    violations.push({ field, description });
  }
  for (const [name, backend] of Object.entries(config.backends)) {
    const where = `backends.${name}`;
    if ((backend.kind === "openai" || backend.kind === "vllm") && backend.url === undefined) {
      const description = `is missing${from(`${where}.kind`)}; a backend of kind "${backend.kind}" needs the base URL of its API`;
      violations.push({ field: `${where}.url`, description });
    }
    if (backend.kind === "embedded" && backend.url !== undefined) {
      const description = `is set${from(`${where}.url`)}; a backend of kind "embedded" has none`;
      violations.push({ field: `${where}.url`, description });
    }
  }
  violations.push(...verifierChecks(config, from));
  violations.push(...authChecks(config, from));
  violations.push(...poolChecks(config, from));
  return violations;
}

/** Keys of `[auth]` and `[tls]` that only mean something together. */
function authChecks({ auth, tls }: Config, from: (...paths: string[]) => string): FieldViolation[] {
  const pairs = [
    ["auth.jwks_url", auth.jwks_url, "auth.jwt_issuer", auth.jwt_issuer, "a JWT of any issuer must not be enough"],
    [
      "auth.jwks_url",
      auth.jwks_url,
      "auth.jwt_audience",
      auth.jwt_audience,
      "a JWT for any service must not be enough",
    ],
    ["tls.public_cert", tls.public_cert, "tls.public_key", tls.public_key, "a certificate needs its private key"],
    ["tls.public_key", tls.public_key, "tls.public_cert", tls.public_cert, "a private key needs its certificate"],
    ["tls.cert", tls.cert, "tls.key", tls.key, "a certificate needs its private key"],
    ["tls.key", tls.key, "tls.cert", tls.cert, "a private key needs its certificate"],
    ["tls.ca", tls.ca, "tls.cert", tls.cert, "services show each other a certificate of that authority"],
  ] as const;
  return pairs
    .filter(([, value, , needed]) => value !== undefined && needed === undefined)
    .map(([where, , field, , why]) => ({
      field,
      description: `is missing although ${where} is set${from(where)}; ${why}`,
    }));
}

/** Puts the default backend first; the embedded model stands in where no model is configured. */
function withDefaultBackend(config: Config): Config {
  const named = Object.entries(config.backends);
  if (named.length === 0) {
    if (Object.keys(config.pools).length > 0) return config;
    const embedded = configSchema.parse({ backends: { embedded: { kind: "embedded" } } });
    return { ...config, backends: embedded.backends };
  }
  const ordered = [
    ...named.filter(([, backend]) => backend.default),
    ...named.filter(([, backend]) => !backend.default),
  ];
  return { ...config, backends: Object.fromEntries(ordered) };
}
