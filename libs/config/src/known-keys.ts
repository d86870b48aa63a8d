import type { z } from "zod";
import { type KeyMeta, metaOf } from "./config-key.ts";
import { sections } from "./config-schema.ts";
import { namedSections } from "./named-sections.ts";

/** A key of a section: its path (`["server", "port"]`), its environment variable and what the schema says of it. */
export interface KnownKey extends KeyMeta {
  readonly section: string;
  readonly key: string;
  readonly variable: string;
  readonly defaultValue: unknown;
}

function keysOf(section: string, object: z.ZodObject): KnownKey[] {
  const defaults = object.parse({}) as Record<string, unknown>;
  return Object.entries(object.shape).map(([key, schema]) => ({
    ...metaOf(schema as z.ZodType),
    section,
    key,
    variable: variableName(section, key),
    defaultValue: defaults[key],
  }));
}

/** The environment variable of a key: `RECKON_<SECTION>_<KEY>`. */
export function variableName(...path: readonly string[]): string {
  return ["RECKON", ...path].join("_").replaceAll("-", "_").toUpperCase();
}

/** Every key of the sections with a fixed name, in the order of the schema. */
export const knownKeys: readonly KnownKey[] = Object.entries(sections).flatMap(([name, section]) =>
  keysOf(name, section),
);

/** Every key of the sections with names, by the word before the name; `section` of a key is `backends.NAME`. */
export const namedKeys: Readonly<Record<string, readonly KnownKey[]>> = Object.fromEntries(
  Object.entries(namedSections).map(([word, { section }]) => [word, keysOf(`${word}.NAME`, section)]),
);

/** The keys of a section with names; none where there is no such section. */
export function namedKeysOf(word: string | undefined): readonly KnownKey[] {
  return word !== undefined && Object.hasOwn(namedKeys, word) ? (namedKeys[word] as readonly KnownKey[]) : [];
}

/** Every key of `[backends.NAME]`. */
export const backendKeys: readonly KnownKey[] = namedKeysOf("backends");

/** The known key at a path such as `["server", "port"]` or `["backends", "mine", "url"]`. */
export function knownKeyAt(path: readonly string[]): KnownKey | undefined {
  const named = namedKeysOf(path[0]);
  if (named.length > 0) return path.length === 3 ? named.find((k) => k.key === path[2]) : undefined;
  return path.length === 2 ? knownKeys.find((k) => k.section === path[0] && k.key === path[1]) : undefined;
}
