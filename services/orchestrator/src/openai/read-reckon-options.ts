import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { nearestName } from "@reckon/core";
import { type SolveOptions, SolveOptionsSchema } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { type AnswerKind, AnswerKindSchema } from "@reckon/proto/reckon/types/v1/problem";
import { wrongParam } from "./api-error.ts";
import { isObject } from "./json.ts";

type WireOptions = Partial<Omit<SolveOptions, "$typeName" | "$unknown">>;

/** What a client says in the `reckon` object of a chat request. */
export interface ReckonOptions {
  /** Fields of `SolveOptions`, by their local names. */
  readonly options: Record<string, unknown> & WireOptions;
  readonly answerKind: AnswerKind | undefined;
  /** Thoughts are told. Default true. */
  readonly thoughts: boolean;
  /** Every other event of the solve is told too, in chunks without choices. Default false. */
  readonly events: boolean;
}

/** Options that have a parameter of OpenAI's own: one way to say each thing. */
const elsewhere: Readonly<Record<string, string>> = {
  strategy: "the model's name (reckon-fast, reckon-balanced, reckon-comprehensive, reckon-adaptive)",
  model: "the model's name (reckon-STRATEGY/MODEL)",
  temperature: "temperature",
  top_p: "top_p",
  seed: "seed",
  max_output_tokens: "max_completion_tokens",
  omit_thoughts: "reckon.thoughts",
};

const isDuration = (field: DescField) => field.fieldKind === "message";
const fields = new Map(
  SolveOptionsSchema.fields
    .filter((field) => elsewhere[field.name] === undefined)
    .map((field) => [isDuration(field) ? `${field.name}_ms` : field.name, field] as const),
);
const ownNames = ["answer_kind", "thoughts", "events"];
const allNames = [...fields.keys(), ...ownNames];

/**
 * Reads the `reckon` object: every option of a solve that OpenAI's API has no word for, under its name in
 * `SolveOptions` (a duration in milliseconds, with `_ms` behind it; choices in lower case, as in `best-of-n`), `answer_kind`,
 * `thoughts` and `events`. Throws `invalid-argument` for unknown names and wrong types; ranges are checked where every
 * solve's are.
 */
export function readReckonOptions(value: unknown): ReckonOptions {
  const read: { -readonly [K in keyof ReckonOptions]: ReckonOptions[K] } = {
    options: {},
    answerKind: undefined,
    thoughts: true,
    events: false,
  };
  if (value === undefined || value === null) return read;
  if (!isObject(value)) throw wrongParam("reckon", "is no object");
  for (const [name, given] of Object.entries(value)) {
    const path = `reckon.${name}`;
    if (given === null) continue;
    if (name === "answer_kind") read.answerKind = readEnum(path, AnswerKindSchema, given) as AnswerKind;
    else if (name === "thoughts" || name === "events") read[name] = readBoolean(path, given);
    else {
      const field = fields.get(name);
      if (field === undefined) throw unknownOption(name, path);
      read.options[field.localName] = readField(path, field, given);
    }
  }
  return read;
}

/** The name of the parameter that a field `options.NAME` of a solve came from. */
export function reckonParam(name: string): string {
  const timed = fields.has(`${name}_ms`) ? `${name}_ms` : name;
  return `reckon.${timed}`;
}

function unknownOption(name: string, path: string) {
  const other = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined;
  if (other !== undefined) return wrongParam(path, `is said by ${other}`);
  const near = nearestName(name, allNames, 4);
  return wrongParam(path, `is no option${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function readField(path: string, field: DescField, value: unknown): unknown {
  if (field.fieldKind === "enum") return readEnum(path, field.enum, value);
  if (field.fieldKind === "message") return durationFromMs(readNumber(path, value));
  if (field.fieldKind !== "scalar") throw wrongParam(path, "cannot be said here");
  switch (field.scalar) {
    case ScalarType.BOOL:
      return readBoolean(path, value);
    case ScalarType.STRING:
      if (typeof value !== "string") throw wrongParam(path, "is no text");
      return value;
    case ScalarType.UINT64:
      return BigInt(readWhole(path, value));
    case ScalarType.UINT32:
      return Math.min(readWhole(path, value), 0xff_ff_ff_ff);
    default:
      return readNumber(path, value);
  }
}

function readBoolean(path: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrongParam(path, `is ${JSON.stringify(value)}; true and false are allowed`);
  return value;
}

/** A finite number of JSON; throws `invalid-argument`. */
export function readNumber(path: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrongParam(path, "is no number");
  return value;
}

/** A whole number from 0 to 2^53 - 1; throws `invalid-argument`. */
export function readWhole(path: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw wrongParam(path, `is ${JSON.stringify(value)}; whole numbers from 0 are allowed`);
  }
  return value as number;
}

interface EnumLike {
  readonly values: readonly { readonly name: string; readonly number: number }[];
  readonly sharedPrefix?: string | undefined;
}

/** A value of an enum by its short name in lower case: `METHOD_BEST_OF_N` is `best-of-n`. */
function readEnum(path: string, { values, sharedPrefix = "" }: EnumLike, value: unknown): number {
  const short = (name: string) => name.slice(sharedPrefix.length).toLowerCase().replaceAll("_", "-");
  const known = values.filter((entry) => entry.number !== 0);
  const found = typeof value === "string" ? known.find((entry) => short(entry.name) === value) : undefined;
  if (found === undefined) {
    const names = known.map((entry) => short(entry.name)).join(", ");
    throw wrongParam(path, `is ${JSON.stringify(value)}; there are ${names}`);
  }
  return found.number;
}
