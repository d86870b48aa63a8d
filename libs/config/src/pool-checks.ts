import type { FieldViolation } from "@reckon/core";
import type { Config } from "./config-schema.ts";

/** What no key of `[pools.NAME]` can know alone; `from` says who set the given keys. */
export function poolChecks(
  { pools, backends }: Pick<Config, "pools" | "backends">,
  from: (...paths: string[]) => string,
): FieldViolation[] {
  const violations: FieldViolation[] = [];
  const wrong = (field: string, description: string) => violations.push({ field, description });
  for (const [name, pool] of Object.entries(pools)) {
    const at = (key: string) => `pools.${name}.${key}`;
    const places = (["endpoints", "dns"] as const).filter((key) => pool[key] !== undefined);
    if (Object.hasOwn(backends, name)) {
      wrong(`pools.${name}`, `is the name of a backend too; it takes one that no backend has`);
    }
    if (pool.kind === "embedded" && places[0] !== undefined) {
      wrong(at(places[0]), `is set${from(at(places[0]))}; a pool of kind "embedded" has none`);
    }
    if ((pool.kind === "openai" || pool.kind === "vllm") && places.length === 0) {
      wrong(at("endpoints"), `is missing${from(at("kind"))}; a pool of kind "${pool.kind}" needs endpoints or dns`);
    }
    if (places.length === 2) {
      wrong(at("dns"), `is set beside endpoints${from(at("dns"), at("endpoints"))}; it takes one of the two`);
    }
    if (pool.min_difficulty > pool.max_difficulty) {
      const description = `is ${pool.min_difficulty}${from(at("min_difficulty"), at("max_difficulty"))}; it takes at most max_difficulty, ${pool.max_difficulty}`;
      wrong(at("min_difficulty"), description);
    }
    for (const other of pool.fallback ?? []) {
      const exists = other !== name && (Object.hasOwn(pools, other) || Object.hasOwn(backends, other));
      if (!exists)
        wrong(at("fallback"), `names "${other}"${from(at("fallback"))}; it takes names of other pools or backends`);
    }
  }
  const defaults = [
    ...Object.keys(backends).flatMap((name) => (backends[name]?.default ? [`backends.${name}.default`] : [])),
    ...Object.keys(pools).flatMap((name) => (pools[name]?.default ? [`pools.${name}.default`] : [])),
  ];
  if (defaults.length > 1) {
    const names = defaults.map((field) => field.split(".")[1]).join(" and ");
    wrong(defaults[1] as string, `is true for ${names}${from(...defaults)}; at most one backend is the default`);
  }
  return violations;
}
