import { type FieldViolation, nearestName } from "@reckon/core";
import { sections } from "./config-schema.ts";
import { knownKeys, namedKeysOf } from "./known-keys.ts";
import { namedSections } from "./named-sections.ts";

/** A value that somebody set: where (`reckon.toml`, `RECKON_SERVER_PORT`, `--server.port`), and for which key. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly source: string;
  /** True where the value is text that has yet to be read as the key's type. */
  readonly isText: boolean;
}

/** What was read from one source: settings of known keys, and what is wrong with the rest. */
export interface Settings {
  readonly settings: readonly Setting[];
  readonly violations: readonly FieldViolation[];
}

const sectionNames = [...Object.keys(sections), ...Object.keys(namedSections)];

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Reads nested tables, as in the file, into settings; unknown sections and keys are violations with the nearest name. */
export function settingsOf(
  tables: Record<string, unknown>,
  sourceOf: (path: readonly string[]) => string,
  isText = false,
): Settings {
  const settings: Setting[] = [];
  const violations: FieldViolation[] = [];
  const wrong = (path: readonly string[], description: string) =>
    violations.push({ field: path.join("."), description: `${description} (${sourceOf(path)})` });

  const readKeys = (path: readonly string[], table: unknown, known: readonly string[]) => {
    if (!isTable(table)) return wrong(path, "is a value but must be a section");
    for (const [key, value] of Object.entries(table)) {
      const full = [...path, key];
      if (known.includes(key)) {
        if (value !== undefined) settings.push({ path: full, value, source: sourceOf(full), isText });
      } else {
        wrong(full, `unknown key "${key}"; ${suggestion(key, path, known)}`);
      }
    }
  };

  for (const [name, table] of Object.entries(tables)) {
    if (table === undefined) continue;
    const named = Object.hasOwn(namedSections, name) ? namedSections[name] : undefined;
    if (named !== undefined) {
      if (!isTable(table)) wrong([name], "is a value but must be a section");
      else {
        const known = namedKeysOf(name).map((key) => key.key);
        for (const [own, keys] of Object.entries(table)) {
          if (named.namePattern.test(own)) readKeys([name, own], keys, known);
          else wrong([name, own], named.nameRule);
        }
      }
    } else if (Object.hasOwn(sections, name)) {
      readKeys([name], table, keyNames(name));
    } else if (isTable(table)) {
      wrong([name], `unknown section "${name}"; the nearest known one is "${nearestName(name, sectionNames)}"`);
    } else {
      wrong([name], `unknown key "${name}"; ${suggestion(name, [], [])}`);
    }
  }
  return { settings, violations };
}

const keyNames = (section: string) => knownKeys.filter((key) => key.section === section).map((key) => key.key);

/** Names the nearest key: of the same section, unless the very name exists in another one. */
function suggestion(key: string, path: readonly string[], known: readonly string[]): string {
  const elsewhere = knownKeys.find((candidate) => candidate.key === key);
  const nearest = elsewhere ? `${elsewhere.section}.${elsewhere.key}` : nearestName(key, known);
  if (nearest !== undefined && elsewhere === undefined) {
    return `the nearest known key is "${[...path, nearest].join(".")}"`;
  }
  const anywhere =
    nearest ??
    nearestName(
      key,
      knownKeys.map((candidate) => candidate.key),
    );
  const found = knownKeys.find((candidate) => candidate.key === anywhere);
  return `the nearest known key is "${found ? `${found.section}.${found.key}` : anywhere}"`;
}
