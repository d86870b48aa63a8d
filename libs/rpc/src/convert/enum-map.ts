import type { DescEnum } from "@bufbuild/protobuf";
import { ReckonError } from "@reckon/core";
import type { Border } from "./border.ts";

/** How the words of a core type and the numbers of a proto enum stand for each other. */
export interface EnumMap<Word extends string, Value extends number> {
  /** The number of a word; 0, which is "unspecified", for `undefined`. */
  toProto(word: Word | undefined): Value;
  /** The word of a number that a client sent; `undefined` for 0; unknown numbers are rejected at the border. */
  fromRequest(border: Border, field: string, value: number): Word | undefined;
  /** The word of a number that a server sent; throws `data-loss` where this version does not know it. */
  fromResponse(value: number): Word;
  /** As `fromResponse`, with `undefined` for 0. */
  fromOptional(value: number): Word | undefined;
}

/** Builds an enum map from the enum's descriptor and the number of each word. */
export function createEnumMap<Word extends string, Value extends number>(
  schema: DescEnum,
  numbers: Record<Word, Value>,
): EnumMap<Word, Value> {
  const words = new Map(Object.entries(numbers).map(([word, number]) => [number as number, word as Word]));
  const known = schema.values.filter((value) => words.has(value.number)).map((value) => value.name);
  const fromResponse = (value: number) => {
    const word = words.get(value);
    if (word === undefined) throw new ReckonError("data-loss", `the peer sent ${schema.name} ${value}, unknown here`);
    return word;
  };
  return {
    toProto: (word) => (word === undefined ? (0 as Value) : numbers[word]),
    fromRequest(border, field, value) {
      if (value !== 0 && !words.has(value)) border.reject(field, `${value} is none of ${known.join(", ")}`);
      return words.get(value);
    },
    fromResponse,
    fromOptional: (value) => (value === 0 ? undefined : fromResponse(value)),
  };
}
