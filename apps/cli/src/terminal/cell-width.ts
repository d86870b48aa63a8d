// East Asian wide and fullwidth blocks (Unicode UAX 11), coarse on purpose: whole blocks, not single unassigned code points.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const zero = /\p{Mn}|\p{Me}|\p{Cf}/u;
const plain = /^[\x20-\x7e]*$/;

/** Cells that a text takes in a terminal; control characters must be gone (`stripControl`). */
export function cellWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** The beginning of a text that fits `width` cells, ending in `ellipsis` where something was left out. */
export function fitStart(text: string, width: number, ellipsis = "…"): string {
  if (cellWidth(text) <= width) return text;
  const room = width - cellWidth(ellipsis);
  if (room < 0) return "";
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > room) break;
    end += character.length;
  }
  return text.slice(0, end) + ellipsis;
}

/** The end of a text that fits `width` cells, beginning with `ellipsis` where something was left out. */
export function fitEnd(text: string, width: number, ellipsis = "…"): string {
  // Only the last `width` code points can fit, and a sample's text may be long.
  const near = text.length > width * 2 + 2 ? text.slice(-(width * 2 + 2)).toWellFormed() : text;
  if (near === text && cellWidth(text) <= width) return text;
  const room = width - cellWidth(ellipsis);
  if (room < 0) return "";
  const characters = Array.from(near);
  let used = 0;
  let start = characters.length;
  while (start > 0) {
    used += widthOf(characters[start - 1] as string);
    if (used > room) break;
    start -= 1;
  }
  return ellipsis + characters.slice(start).join("");
}

function widthOf(character: string): number {
  if (plain.test(character)) return 1;
  if (zero.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
