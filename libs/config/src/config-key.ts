import { z } from "zod";

/** How the text of an environment variable or flag becomes the value of a key. */
export type KeyKind = "integer" | "number" | "boolean" | "text" | "list";

/** What the schema says of a key beside its type: shown in error messages and in docs/configuration.md. */
export interface KeyMeta {
  readonly description: string;
  readonly kind: KeyKind;
  /** The accepted values, in words, to follow "it takes". */
  readonly accepts: string;
  /** True where the value must not be repeated in messages. */
  readonly secretive?: boolean;
}

interface RangeOptions {
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

const withUnit = (text: string, unit: string | undefined) => (unit === undefined ? text : `${text} ${unit}`);

/** A whole number from `min` to `max`, both included. */
export function integerKey<D extends number | undefined>(
  defaultValue: D,
  description: string,
  { min, max, unit }: RangeOptions,
) {
  const accepts = withUnit(`a whole number from ${min} to ${max}`, unit);
  return withDefault(z.int().min(min).max(max), defaultValue, { description, kind: "integer", accepts });
}

/** A number from `min` (excluded where `above` is given instead) to `max`. */
export function numberKey<D extends number | undefined>(
  defaultValue: D,
  description: string,
  { min, above, max, unit }: { min?: number; above?: number; max: number; unit?: string },
) {
  const schema = above === undefined ? z.number().min(min ?? 0) : z.number().gt(above);
  const from = above === undefined ? `from ${min ?? 0}` : `above ${above}`;
  const accepts = withUnit(`a number ${from} up to ${max}`, unit);
  return withDefault(schema.max(max), defaultValue, { description, kind: "number", accepts });
}

/** True or false. */
export function booleanKey<D extends boolean | undefined>(defaultValue: D, description: string) {
  return withDefault(z.boolean(), defaultValue, { description, kind: "boolean", accepts: "true or false" });
}

/** One of a few words. */
export function choiceKey<const V extends readonly [string, ...string[]], D extends V[number] | undefined>(
  values: V,
  defaultValue: D,
  description: string,
) {
  const accepts = `one of ${values.map((value) => `"${value}"`).join(", ")}`;
  return withDefault(z.enum(values), defaultValue, { description, kind: "text", accepts });
}

/** Some of a few words, at least one; in variables and flags separated by commas. */
export function listKey<const V extends readonly [string, ...string[]]>(
  values: V,
  defaultValue: readonly V[number][],
  description: string,
) {
  const accepts = `a list of one or more of ${values.map((value) => `"${value}"`).join(", ")}`;
  const schema = z.array(z.enum(values)).min(1).readonly();
  return withDefault(schema, defaultValue, { description, kind: "list", accepts });
}

/** Texts that each pass `test`, at least one; in variables and flags separated by commas. */
export function textsKey(
  defaultValue: undefined,
  description: string,
  { accepts, test, secretive }: { accepts: string; test: (value: string) => boolean; secretive?: boolean },
) {
  const schema = z.array(z.string().refine(test)).min(1).readonly();
  const meta: KeyMeta = { description, kind: "list", accepts: `a list of one or more ${accepts}` };
  return withDefault(schema, defaultValue, secretive ? { ...meta, secretive: true } : meta);
}

/** Text that passes `test`; `accepts` says in words what does. */
export function textKey<D extends string | undefined>(
  defaultValue: D,
  description: string,
  options: { accepts: string; test: (value: string) => boolean; secretive?: boolean },
) {
  const schema = z.string().refine(options.test);
  const meta: KeyMeta = { description, kind: "text", accepts: options.accepts };
  return withDefault(schema, defaultValue, options.secretive ? { ...meta, secretive: true } : meta);
}

type Keyed<S extends z.ZodType, D> = D extends undefined ? z.ZodOptional<S> : z.ZodDefault<S>;

function withDefault<S extends z.ZodType, D>(schema: S, value: D, meta: KeyMeta): Keyed<S, D> {
  const keyed = value === undefined ? schema.optional() : schema.default(value as z.core.util.NoUndefined<z.output<S>>);
  return keyed.meta({ ...meta }) as unknown as Keyed<S, D>;
}

/** What the schema says of a key; throws `TypeError` for a schema that was not made here, which is a bug. */
export function metaOf(schema: z.ZodType): KeyMeta {
  const meta = schema.meta();
  if (meta === undefined) throw new TypeError("a configuration key without metadata");
  return meta as unknown as KeyMeta;
}
