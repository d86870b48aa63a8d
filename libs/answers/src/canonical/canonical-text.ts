import { normalizeText } from "../normalize-text.ts";

/**
 * Free text in one spelling: NFKC, lower case, no punctuation but what carries meaning (a sign or point in a number, `%`,
 * `+`, `#`, `&`, `/`, `@`), single spaces. Empty where nothing is left.
 */
export function canonicalText(answer: string): string {
  return normalizeText(answer)
    .toLowerCase()
    .replace(/\*\*|__|`/g, "")
    .replace(/(?<=\d)[.,](?=\d)|(?<=^|\s)[-+](?=\d)/g, (c) => (c === "." ? "\u0001" : c === "-" ? "\u0002" : ""))
    .replace(/(?<=\p{L})['.](?=\p{L})/gu, "")
    .replace(/[^\p{L}\p{M}\p{N}\p{Sc}\p{So}%+#&/@=<>^\u0001\u0002]+/gu, " ")
    .replaceAll("\u0001", ".")
    .replaceAll("\u0002", "-")
    .trim();
}
