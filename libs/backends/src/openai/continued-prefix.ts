import type { Abilities } from "./abilities.ts";

/**
 * Many chat templates (that of Llama 3, for one) trim messages, so that a prefix loses the line break at its end: the model then begins its continuation with
 * the break, and a stop text of a line break would end it at once. For such endpoints the white space is cut off here and taken off what comes back.
 */
export interface SentPrefix {
  /** What is sent; empty where the prefix was white space alone. */
  readonly text: string;
  /** White space that was cut off its end. */
  readonly cut: string;
  /** The first token of the output, the line break again, may be a stop text and must not count as one. */
  readonly isBreakExpected: boolean;
}

/** The prefix as an endpoint is to get it. */
export function sentPrefix(
  prefix: string,
  stop: readonly string[] = [],
  { prefixTrailingSpace }: Pick<Abilities, "prefixTrailingSpace">,
): SentPrefix {
  const text = prefixTrailingSpace ? prefix : prefix.trimEnd();
  const cut = prefix.slice(text.length);
  return { text, cut, isBreakExpected: cut !== "" && stop.some((one) => one.trim() === "") };
}

/**
 * Takes off the beginning of a continuation, which comes in pieces, the white space that its prefix has already: after a line break all up to the
 * last break (indentation stays), after blanks the blanks. Nothing is given out before the first character that shows.
 */
export function createLeadTrim(cut: string): (piece: string) => string {
  if (cut === "") return (piece) => piece;
  let lead: string | undefined = "";
  return (piece) => {
    if (lead === undefined) return piece;
    lead += piece;
    const shown = lead.trimStart();
    if (shown === "") return "";
    const space = lead.slice(0, lead.length - shown.length);
    lead = undefined;
    if (!cut.includes("\n")) return space.replace(/^[ \t]+/, "") + shown;
    return (space.includes("\n") ? space.slice(space.lastIndexOf("\n") + 1) : "") + shown;
  };
}
