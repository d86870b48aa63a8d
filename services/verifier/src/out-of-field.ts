import { holdsNumber } from "./holds-number.ts";

const unknownWordsToAbstain = 3;
const unknownShareToAbstain = 0.5;

/**
 * Why a question is out of the embedded model's field, school arithmetic and algebra; `undefined` where it may be in it. It is
 * out where it holds no number, or where at least 3 of its words, and at least half of them, occur in no problem that the model
 * was trained on (`words`, lower case; absent: not looked at). Right arithmetic says nothing of such a question, and the
 * model's scores would be high.
 */
export function outOfField(question: string, words: ReadonlySet<string> | undefined): string | undefined {
  const field = "it is out of the model's field, school arithmetic and algebra";
  if (!holdsNumber(question)) return `the question holds no number: ${field}`;
  if (words === undefined) return undefined;
  // Letters of any script count as words: a question in another language is out of the field too.
  const asked = question.toLowerCase().match(/\p{L}{2,}/gu) ?? [];
  const unknown = asked.filter((word) => !words.has(word));
  if (unknown.length < unknownWordsToAbstain || unknown.length < unknownShareToAbstain * asked.length) return undefined;
  return `${unknown.length} of the question's ${asked.length} words are unknown to the model: ${field}`;
}
