import { canonicalText } from "./canonical-text.ts";
import { plainAnswer } from "./number-answer.ts";

const LETTER = /^[([{"']*([A-Za-z])[)\]}"'.:,]*$/;
const LETTER_AND_TEXT = /^(?:\(([A-Za-z])\)|\[([A-Za-z])\]|([A-Za-z])[).:])\s*\S/;
const PREFIX = /^(?:the )?(?:(?:correct |final |best )?(?:answer|option|choice)(?: is)?:?\s*)+/i;
const SEVERAL = /^[([]*[A-Za-z][)\].]*(?:\s*(?:,|&|\band\b)\s*[([]*[A-Za-z][)\].]*)+$/;

/** The lettered options in a question, letter to canonical text: `(A) 3`, `B. 4` or `c) 5`, at most 26. */
export function readOptions(question: string): Map<string, string> {
  const options = new Map<string, string>();
  const marks = [
    ...question.slice(0, 20_000).matchAll(/(?:^|[\s,;])(?:\(([A-Za-z])\)|([A-Z])[.):]|([a-z])\))(?=\s*\S)/g),
  ];
  for (const [index, mark] of marks.entries()) {
    const letter = (mark[1] ?? mark[2] ?? mark[3] ?? "").toUpperCase();
    const end = marks[index + 1]?.index ?? question.length;
    const text = question.slice(mark.index + mark[0].length, Math.min(end, mark.index + 500));
    if (!options.has(letter)) options.set(letter, canonicalText(text));
  }
  return options.size >= 2 && options.has("A") && options.has("B") ? options : new Map();
}

/**
 * The letter of a choice: `(B)`, `B.`, `b`, `Option B`, `B. Paris` are `B`; several letters are sorted (`A, C`). With the
 * question at hand, an option's own text is its letter too. `undefined` where there is no letter.
 */
export function canonicalChoice(answer: string, options?: ReadonlyMap<string, string>): string | undefined {
  const text = plainAnswer(answer).replace(/\*/g, "").replace(PREFIX, "").trim();
  if (text === "" || text.length > 4096) return undefined;
  const single = LETTER.exec(text) ?? LETTER_AND_TEXT.exec(text);
  const letter = single?.slice(1).find((group) => group !== undefined);
  if (letter !== undefined) return letter.toUpperCase();
  if (text.length <= 64 && SEVERAL.test(text)) {
    const letters = text.replace(/\band\b/g, " ").match(/[A-Za-z]/g) ?? [];
    return [...new Set(letters.map((l) => l.toUpperCase()))].sort().join(", ");
  }
  const number = /^[([]?(\d{1,2})[)\].]?$/.exec(text)?.[1];
  if (number !== undefined) return number;
  const spelt = canonicalText(text);
  const same = [...(options ?? [])].filter(([, option]) => option === spelt);
  return same.length === 1 ? same[0]?.[0] : undefined;
}
