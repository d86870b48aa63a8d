import { latexToPlain } from "../latex.ts";
import { normalizeText } from "../normalize-text.ts";

/** A run of mathematics in a text, or a word, or a mark that ends a sentence or clause. */
export interface Piece {
  readonly kind: "math" | "word" | "mark";
  readonly text: string;
}

const MAX_PIECES = 4000;
const FUNCTION = /^(?:sqrt|abs|sin|cos|tan|ln|log|exp|pi)$/;
const TOKEN =
  /(\s+)|(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)|(\p{L}[\p{L}']*)|(\*\*|[-+*/^()|%√!]|<=|>=|!=|[=<>≈≤≥≠])|([\s\S])/suy;

const SPELT: readonly (readonly [RegExp, string])[] = [
  [/\bplus\b/gi, " + "],
  [/\bminus\b/gi, " - "],
  [/\b(?:times|multiplied by)\b/gi, " * "],
  [/\bdivided by\b/gi, " / "],
  [/\s*\bsquared\b/gi, "^2 "],
  [/\s*\bcubed\b/gi, "^3 "],
  [/\s*\b(?:percent|per cent)\b/gi, "% "],
  [/(?:\bthe )?\bsquare root of (\d+(?:\.\d+)?)/gi, " sqrt($1) "],
  [/\b(\d+(?:\.\d+)?) (?:increased) by (\d+(?:\.\d+)?) ?%/gi, " $1 * (1 + $2/100) "],
  [/\b(\d+(?:\.\d+)?) (?:decreased|reduced) by (\d+(?:\.\d+)?) ?%/gi, " $1 * (1 - $2/100) "],
  [/^increase (\d+(?:\.\d+)?) by (\d+(?:\.\d+)?) ?%/i, " $1 * (1 + $2/100) "],
  [/^(?:decrease|reduce) (\d+(?:\.\d+)?) by (\d+(?:\.\d+)?) ?%/i, " $1 * (1 - $2/100) "],
];

/** Text as `splitMath` reads it: no LaTeX, one spelling, operators that were words as signs. */
export function spellMath(text: string): string {
  const plain = normalizeText(latexToPlain(text))
    .replaceAll("π", " pi ")
    .replace(/[$€£](?=\s?\d)/g, "");
  return SPELT.reduce((spelt, [pattern, sign]) => spelt.replace(pattern, sign), plain);
}

function isMathWord(word: string, glued: boolean): boolean {
  return FUNCTION.test(word) || (word.length === 1 && /\p{L}/u.test(word)) || (glued && /^[a-z]{1,3}$/.test(word));
}

/**
 * Cuts a text into runs of mathematics, words and marks (`. , ; : ?` and the like). `of` after a percent sign belongs to the
 * mathematics. `undefined` for texts of more than 4,000 tokens.
 */
export function splitMath(text: string): Piece[] | undefined {
  const source = spellMath(text);
  const pieces: Piece[] = [];
  let run = "";
  let spaced = false;
  const flush = (): void => {
    if (run.trim() !== "") pieces.push({ kind: "math", text: run.trim() });
    run = "";
  };
  let count = 0;
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [whole = "", space, number, word, symbol] = TOKEN.exec(source) ?? [];
    count += 1;
    if (count > MAX_PIECES) return undefined;
    if (space !== undefined) {
      run += run === "" ? "" : " ";
      spaced = true;
      continue;
    }
    const isOf = word === "of" && /% ?$/.test(run);
    if (
      number !== undefined ||
      symbol !== undefined ||
      isOf ||
      (word !== undefined && isMathWord(word, !spaced && /\d$/.test(run)))
    ) {
      run += whole;
    } else {
      flush();
      pieces.push({ kind: word === undefined ? "mark" : "word", text: whole });
    }
    spaced = false;
  }
  flush();
  return pieces;
}
