import type { AnswerKind } from "@reckon/core";

const MAX_TEXT = 1_048_576;
const ANSWER_LINE =
  /^[\s>*_#-]{0,12}(?:(?:so|therefore|thus),? )?(?:the )?(?:final |correct )?answer[\s*_]{0,4}[:=][\s*_]{0,4}(.*)$/i;
const ANSWER_IS = /\b(?:answer|result|solution) is:?\s+([^\n]+)/gi;
const NUMBER = /(?<![\w.,/^-])-?(?:[$€£¥]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?: ?\/ ?\d+)?%?(?![\w^]|[.,/]\d)/g;

/** The last group after `\boxed`, with its braces balanced. */
function lastBoxed(text: string): string | undefined {
  const at = Math.max(text.lastIndexOf("\\boxed"), text.lastIndexOf("\\fbox"));
  const open = at < 0 ? -1 : text.indexOf("{", at);
  if (open < 0 || open - at > 10) return undefined;
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    const c = text[index];
    if (c === "\\") index += 1;
    else if (c === "{") depth += 1;
    else if (c === "}") {
      depth -= 1;
      if (depth === 0) return tidy(text.slice(open + 1, index));
    }
  }
  return undefined;
}

/** Without Markdown emphasis around it and without the full stop of its sentence; `undefined` where nothing is left. */
function tidy(text: string): string | undefined {
  const plain = text
    .trim()
    .replace(/^\*\*(.*?)\*\*\.?$/s, "$1")
    .replace(/[*_]{2,}$/, "")
    .trim();
  const tidied = /[^.]\.$/.test(plain) ? plain.slice(0, -1).trimEnd() : plain;
  return tidied === "" ? undefined : tidied;
}

function unwrapBoxed(text: string): string | undefined {
  return text.includes("\\boxed") || text.includes("\\fbox") ? (lastBoxed(text) ?? tidy(text)) : tidy(text);
}

function lastAnswerLine(text: string): string | undefined {
  const lines = text.split("\n");
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] as string;
    if (line.length > 65_536 || !/answer/i.test(line)) continue;
    const match = ANSWER_LINE.exec(line);
    const found = match === null ? undefined : unwrapBoxed(match[1] as string);
    if (found !== undefined) return found;
    if (match === null) continue;
    const next = lines.slice(index + 1, index + 3).find((following) => following.trim() !== "");
    const below = next === undefined ? undefined : unwrapBoxed(next);
    if (below !== undefined) return below;
  }
  return undefined;
}

function lastHashes(text: string): string | undefined {
  const at = text.lastIndexOf("####");
  return at < 0 ? undefined : tidy(text.slice(at + 4).split("\n", 1)[0] ?? "");
}

function lastAnswerIs(text: string): string | undefined {
  const match = [...text.matchAll(ANSWER_IS)].at(-1);
  return match === undefined ? undefined : unwrapBoxed(match[1] as string);
}

/** The last number that stands alone: no part of a word, a version (`1.2.3`, `v2`), a date or an identifier. */
function lastNumber(text: string): string | undefined {
  return [...text.slice(-20_000).matchAll(NUMBER)].at(-1)?.[0];
}

function lastFence(text: string): string | undefined {
  const fences = [...text.matchAll(/^(?:```|~~~)[^\n]*$/gm)];
  if (fences.length < 2) return undefined;
  const close = fences.length % 2 === 0 ? fences.length - 1 : fences.length - 2;
  const [open, end] = [fences[close - 1], fences[close]];
  return open === undefined || end === undefined
    ? undefined
    : text.slice(open.index + open[0].length + 1, end.index).replace(/\n$/, "");
}

/** The last JSON object or array that is whole: strings are skipped, brackets counted, once from left to right. */
function lastJson(text: string): string | undefined {
  let [depth, start, found] = [0, 0, undefined as string | undefined];
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const c = text[index];
    if (inString) {
      if (c === "\\") index += 1;
      else if (c === '"' || c === "\n") inString = false;
    } else if (c === '"' && depth > 0) inString = true;
    else if (c === "{" || c === "[") {
      if (depth === 0) start = index;
      depth += 1;
    } else if ((c === "}" || c === "]") && depth > 0) {
      depth -= 1;
      if (depth === 0) found = text.slice(start, index + 1);
    }
  }
  return found;
}

/**
 * The final answer in a chain of thought: the last `Answer:` line, else the last `\boxed{}`, the last `####`, the last "the
 * answer is …", and for kind `number` alone the last number that stands for itself. For kind `code` the last fenced block,
 * for `tool-call` the last whole JSON value, come first. `undefined` where there is none: nothing is guessed. Reads the last
 * 1 MiB of the text.
 */
export function extractAnswer(text: string, kind?: AnswerKind): string | undefined {
  const recent = text.length > MAX_TEXT ? text.slice(-MAX_TEXT) : text;
  const first = kind === "code" ? lastFence(recent) : kind === "tool-call" ? lastJson(recent) : undefined;
  return (
    first ??
    lastAnswerLine(recent) ??
    lastBoxed(recent) ??
    lastHashes(recent) ??
    lastAnswerIs(recent) ??
    (kind === "number" ? lastNumber(recent) : undefined)
  );
}
