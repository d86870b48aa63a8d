// Escape sequences begin with a C0 or C1 control character; none of those may reach a terminal from a model's text.
const controls = /[\u0000-\u001f\u007f-\u009f]/g;
// Characters that reorder or hide the text around them (Unicode UAX 9 embeddings, overrides and isolates; separators).
const invisible = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Makes text of a model safe to print: each control character becomes its visible picture (ESC is `␛`), a tab one space, a
 * line break stays only where `keepBreaks` is set (else `␊`), what reorders or hides text is left out, and lone surrogates
 * become U+FFFD. The result holds nothing that a terminal acts on.
 */
export function stripControl(text: string, { keepBreaks = false }: { readonly keepBreaks?: boolean } = {}): string {
  return text
    .toWellFormed()
    .replace(invisible, "")
    .replace(controls, (character) => {
      if (character === "\t") return " ";
      if (character === "\n" && keepBreaks) return character;
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? "\u2421" : "\ufffd";
    });
}
