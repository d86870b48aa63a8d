const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** The value of an English number word from zero to ninety-nine (`seven`, `forty-two`), or one hundred; else `undefined`. */
export function numberWords(text: string): number | undefined {
  if (text.length > 24) return undefined;
  const words = text.toLowerCase().trim().split(/[ -]/);
  const [first = "", second] = words;
  if (words.length > 2) return undefined;
  if (words.join(" ") === "one hundred" || words.join(" ") === "hundred") return 100;
  const tens = TENS.indexOf(first);
  if (second === undefined) {
    const small = SMALL.indexOf(first);
    return small >= 0 ? small : tens >= 0 ? 20 + 10 * tens : undefined;
  }
  const unit = SMALL.indexOf(second);
  return tens >= 0 && unit >= 1 && unit <= 9 ? 20 + 10 * tens + unit : undefined;
}
