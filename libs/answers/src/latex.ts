const MAX_DEPTH = 40;

const SYMBOLS: Readonly<Record<string, string>> = {
  cdot: "*",
  times: "*",
  ast: "*",
  div: "/",
  pm: "±",
  mp: "±",
  le: "<=",
  leq: "<=",
  ge: ">=",
  geq: ">=",
  ne: "!=",
  neq: "!=",
  lt: "<",
  gt: ">",
  approx: "≈",
  sim: "≈",
  infty: "∞",
  circ: "°",
  degree: "°",
  emptyset: "∅",
  varnothing: "∅",
  in: "∈",
  cup: "∪",
  cap: "∩",
  lor: " or ",
  vee: " or ",
  land: " and ",
  ldots: "...",
  dots: "...",
  cdots: "...",
  quad: " ",
  qquad: " ",
  colon: ":",
  mid: "|",
  vert: "|",
  lvert: "|",
  rvert: "|",
  lbrace: "{",
  rbrace: "}",
  lbrack: "[",
  rbrack: "]",
  to: "->",
  rightarrow: "->",
  implies: "=>",
  Rightarrow: "=>",
  pounds: "£",
  euro: "€",
  permil: "‰",
  left: "",
  right: "",
  big: "",
  Big: "",
  bigl: "",
  bigr: "",
  displaystyle: "",
  textstyle: "",
  limits: "",
  nonumber: "",
};

const WRAPPERS = new Set([
  "text",
  "textbf",
  "textit",
  "textrm",
  "texttt",
  "textsf",
  "mathrm",
  "mathbf",
  "mathit",
  "mathsf",
  "mathtt",
  "mathcal",
  "operatorname",
  "mbox",
  "hbox",
  "boxed",
  "fbox",
  "bm",
  "boldsymbol",
  "emph",
  "ce",
  "underline",
  "overline",
  "mathbb",
]);

/** Reads LaTeX from left to right, once; groups nest at most `MAX_DEPTH` deep, what is deeper is dropped. */
class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Everything up to `close` (consumed) or to the end. */
  read(close: string | undefined, depth: number): string {
    let out = "";
    while (this.#at < this.#text.length) {
      const c = this.#text[this.#at] as string;
      if (c === close) {
        this.#at += 1;
        return out;
      }
      this.#at += 1;
      if (c === "\\") out += this.#command(depth, out);
      else if (c === "{") out += this.#group(depth);
      else if (c === "}" || c === "&") continue;
      else if (c === "~") out += " ";
      else if (c === "^") out += this.#script(depth);
      else out += c;
    }
    return out;
  }

  #inner(close: string, depth: number): string {
    return depth >= MAX_DEPTH ? "" : this.read(close, depth + 1);
  }

  /** A bare group: brackets that only hold something together, or protect a comma. */
  #group(depth: number): string {
    const inner = this.#inner("}", depth).trim();
    return inner === "" || /^[,.:;=<>+*/-]$/.test(inner) || /^[\p{L}\p{N}.]+$/u.test(inner) ? inner : `(${inner})`;
  }

  #script(depth: number): string {
    const argument = this.#argument(depth).trim();
    if (argument === "°") return "°";
    return /^[\p{L}\p{N}]$|^\d+$/u.test(argument) ? `^${argument}` : `^(${argument})`;
  }

  /** The argument of a command: a group, a command or one character. */
  #argument(depth: number): string {
    while (this.#text[this.#at] === " ") this.#at += 1;
    const c = this.#text[this.#at];
    if (c === undefined) return "";
    this.#at += 1;
    if (c === "{") return this.#inner("}", depth);
    if (c !== "\\") return c;
    return depth >= MAX_DEPTH ? "" : this.#command(depth + 1, "");
  }

  #command(depth: number, before: string): string {
    const name = /[A-Za-z]+|./suy;
    name.lastIndex = this.#at;
    const word = name.exec(this.#text)?.[0] ?? "";
    this.#at += word.length;
    if (/^[dtc]?frac$/.test(word)) return this.#fraction(depth, before);
    if (word === "sqrt") return this.#root(depth);
    if (WRAPPERS.has(word)) {
      const inner = this.#argument(depth);
      return word === "mathbb" ? (inner === "R" ? "ℝ" : inner) : ` ${inner} `;
    }
    const symbol = Object.hasOwn(SYMBOLS, word) ? SYMBOLS[word] : undefined;
    if (symbol !== undefined) return symbol;
    if (word === "!") return "";
    if (/^[A-Za-z]+$/.test(word)) return ` ${word} `;
    return /^[{}%$#&_|]$/.test(word) ? word : /^[()[\]]$/.test(word) ? "" : " ";
  }

  #fraction(depth: number, before: string): string {
    const [top, bottom] = [this.#argument(depth).trim(), this.#argument(depth).trim()];
    const mixed = /\d\s*$/.test(before) && /^\d+$/.test(top) && /^\d+$/.test(bottom);
    return mixed ? ` ${top}/${bottom}` : `((${top})/(${bottom}))`;
  }

  #root(depth: number): string {
    while (this.#text[this.#at] === " ") this.#at += 1;
    let index = "2";
    if (this.#text[this.#at] === "[") {
      this.#at += 1;
      index = this.#inner("]", depth).trim();
    }
    const inner = this.#argument(depth);
    return index === "2" ? `sqrt(${inner})` : `((${inner})^(1/(${index})))`;
  }
}

/** Takes out `$...$` pairs as Pandoc reads them, so that the dollars of "$5 or $6" stay. */
function stripMathDollars(text: string): string {
  const dollars: number[] = [];
  let open: number | undefined;
  for (let at = text.indexOf("$"); at >= 0; at = text.indexOf("$", at + 1)) {
    if (text[at - 1] === "\\") continue;
    const canOpen = /\S/.test(text[at + 1] ?? "");
    const canClose = /\S/.test(text[at - 1] ?? "") && !/\d/.test(text[at + 1] ?? "");
    if (open !== undefined && canClose) {
      dollars.push(open, at);
      open = undefined;
    } else if (canOpen) open = at;
  }
  const remove = new Set(dollars);
  return remove.size === 0 ? text : [...text.matchAll(/./gsu)].map((m) => (remove.has(m.index) ? " " : m[0])).join("");
}

/**
 * LaTeX as plain text that `parseExpression` reads: `\frac{a}{b}` as `((a)/(b))`, `\sqrt`, `\text`, `\%`, `$...$`, sizes and
 * spaces. Text without a backslash or a pair of dollars comes back as it is. Linear in the length; groups nested deeper than
 * 40 are dropped.
 */
export function latexToPlain(text: string): string {
  const unwrapped = text.includes("$") ? stripMathDollars(text.replaceAll("$$", " ")) : text;
  if (!/\\|[\^_]\{/.test(unwrapped) && unwrapped === text) return text;
  return new Reader(unwrapped)
    .read(undefined, 0)
    .replace(/[^\S\n]+/g, " ")
    .trim();
}
