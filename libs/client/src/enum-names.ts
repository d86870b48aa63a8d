import type { GenEnum } from "@bufbuild/protobuf/codegenv2";

/** Translates between the numbers of a protobuf enum and the words of this SDK (`BEST_OF_N` is `best-of-n`). */
export interface EnumNames<Name extends string, Wire extends number> {
  /** The word of a number; `undefined` for unspecified and for numbers that this version does not know. */
  nameOf(value: number): Name | undefined;
  /** The number of a word; 0 (unspecified) for `undefined`. Throws `TypeError` for a word that there is not. */
  numberOf(name: Name | undefined): Wire;
}

/** Names for one enum, taken from its descriptor. */
export function createEnumNames<Name extends string, Wire extends number>(
  descriptor: GenEnum<Wire>,
): EnumNames<Name, Wire> {
  const known = descriptor.values.filter((value) => value.number !== 0);
  const wordOf = (localName: string) => localName.toLowerCase().replaceAll("_", "-") as Name;
  const byNumber = new Map(known.map((value) => [value.number, wordOf(value.localName)]));
  const byName = new Map(known.map((value) => [wordOf(value.localName), value.number as Wire]));
  return {
    nameOf: (value) => byNumber.get(value),
    numberOf(name) {
      if (name === undefined) return 0 as Wire;
      const number = byName.get(name);
      if (number !== undefined) return number;
      throw new TypeError(
        `unknown ${descriptor.name} ${JSON.stringify(name)}; known are ${[...byName.keys()].join(", ")}`,
      );
    },
  };
}
