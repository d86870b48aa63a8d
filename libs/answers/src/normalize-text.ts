const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ";
const PLAIN_SUPERSCRIPTS = "0123456789+-()ni";

function expandSuperscripts(run: string): string {
  const plain = [...run].map((c) => PLAIN_SUPERSCRIPTS[SUPERSCRIPTS.indexOf(c)] ?? c).join("");
  return plain.length === 1 ? `^${plain}` : `^(${plain})`;
}

/**
 * One spelling for what Unicode has many of: NFKC, superscripts as `^2` (NFKC alone would make `x²` into `x2`), vulgar
 * fractions as ` 1/2` (so that `3½` is a mixed number), minus signs and dashes as `-`, multiplication and division signs as
 * `*` and `/`, straight quotes, no zero-width characters, single spaces between words; line breaks stay. Linear in the
 * length of the text.
 */
export function normalizeText(text: string): string {
  return text
    .replace(/[⁰¹²³⁴-⁹⁺⁻⁽⁾ⁿⁱ]+/g, expandSuperscripts)
    .replace(/[¼-¾⅐-⅞]/g, (c) => ` ${c.normalize("NFKC").replace("⁄", "/")}`)
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, "")
    .replace(/[\u2010-\u2015\u2212\u207b]/g, "-")
    .replace(/[×⋅·∙∗•]/g, "*")
    .replace(/[÷⁄∕]/g, "/")
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″]/g, '"')
    .replace(/\r\n?/g, "\n")
    .replace(/[^\S\n]+/g, " ")
    .trim();
}
