import type { BinaryOperator, Expression, FunctionName } from "./expression.ts";
import { isInteger } from "./rational.ts";
import { type Token, tokenize } from "./tokenize.ts";

/** How names of several letters are read. */
export interface ParseOptions {
  /** Reads `xy` as `x * y` (2 or 3 lower-case letters). Default false: names of several letters are refused. */
  readonly letterProducts?: boolean;
}

const MAX_DEPTH = 64;

const FUNCTIONS: Readonly<Record<string, FunctionName>> = {
  sqrt: "sqrt",
  abs: "abs",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  asin: "asin",
  acos: "acos",
  atan: "atan",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  sinh: "sinh",
  cosh: "cosh",
  tanh: "tanh",
  exp: "exp",
  ln: "ln",
  log: "log",
  lg: "log",
  floor: "floor",
  ceil: "ceil",
};

const GREEK =
  /^(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|rho|sigma|tau|phi|varphi|psi|omega|eta|zeta|kappa|chi|xi)$/;

/** Thrown inside the parser only; `parseExpression` turns it into `undefined`. */
class NotAnExpression extends Error {}

class Parser {
  #at = 0;
  #depth = 0;
  readonly #tokens: readonly Token[];
  readonly #options: ParseOptions;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  parse(): Expression {
    const expression = this.#sum();
    if (this.#at < this.#tokens.length) throw new NotAnExpression();
    return expression;
  }

  #peek(offset = 0): Token | undefined {
    return this.#tokens[this.#at + offset];
  }

  #takeSymbol(...symbols: string[]): string | undefined {
    const token = this.#peek();
    if (token?.kind !== "symbol" || !symbols.includes(token.text)) return undefined;
    this.#at += 1;
    return token.text;
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new NotAnExpression();
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #sum(): Expression {
    let left = this.#product();
    for (let op = this.#takeSymbol("+", "-"); op !== undefined; op = this.#takeSymbol("+", "-")) {
      left = { kind: "binary", op: op as BinaryOperator, left, right: this.#product() };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    for (;;) {
      const op = this.#takeSymbol("*", "/") ?? (this.#takeTimesWord() ? "*" : undefined);
      if (op !== undefined) left = { kind: "binary", op: op as BinaryOperator, left, right: this.#unary() };
      else if (this.#startsFactor()) left = { kind: "binary", op: "*", left, right: this.#power() };
      else return left;
    }
  }

  /** `3 x 4` and `15% of 240`: words that mean a multiplication where nothing else could stand. */
  #takeTimesWord(): boolean {
    const token = this.#peek();
    if (token?.kind !== "name") return false;
    const before = this.#peek(-1);
    const after = this.#peek(1);
    const times = /^[xX]$/.test(token.text) && before?.kind === "number" && after?.kind === "number";
    const of = token.text === "of" && before?.kind === "symbol" && before.text === "%";
    if (!times && !of) return false;
    this.#at += 1;
    return true;
  }

  /** Whether an implicit multiplication follows: a name or an opening bracket, never a number. */
  #startsFactor(): boolean {
    const token = this.#peek();
    return token?.kind === "name" || (token?.kind === "symbol" && (token.text === "(" || token.text === "√"));
  }

  #unary(): Expression {
    const sign = this.#takeSymbol("-", "+");
    if (sign === undefined) return this.#power();
    const of = this.#nested(() => this.#unary());
    return sign === "-" ? { kind: "negate", of } : of;
  }

  #power(): Expression {
    const base = this.#postfix();
    if (this.#takeSymbol("^") === undefined) return base;
    return { kind: "binary", op: "^", left: base, right: this.#nested(() => this.#unary()) };
  }

  #postfix(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.#takeSymbol("!") !== undefined) of = { kind: "call", name: "factorial", of };
      else if (this.#peekPercent()) {
        this.#at += 1;
        of = { kind: "percent", of };
      } else return of;
    }
  }

  /** `%` before an operand would be a remainder; that is not a percentage, and the text is refused. */
  #peekPercent(): boolean {
    const token = this.#peek();
    if (token?.kind !== "symbol" || token.text !== "%") return false;
    const next = this.#peek(1);
    return next === undefined || (next.kind === "symbol" && next.text !== "(") || next.text === "of";
  }

  #primary(): Expression {
    const token = this.#peek();
    if (token === undefined) throw new NotAnExpression();
    this.#at += 1;
    if (token.kind === "number") return this.#number(token);
    if (token.kind === "name") return this.#name(token.text);
    if (token.text === "√") return { kind: "call", name: "sqrt", of: this.#nested(() => this.#postfix()) };
    const close = token.text === "(" ? ")" : token.text === "|" ? "|" : undefined;
    if (close === undefined) throw new NotAnExpression();
    const inner = this.#nested(() => this.#sum());
    if (this.#takeSymbol(close) === undefined) throw new NotAnExpression();
    return close === "|" ? { kind: "call", name: "abs", of: inner } : inner;
  }

  /** A number, or a mixed number: an integer, a space, and a proper fraction (`3 1/2`). */
  #number(token: Extract<Token, { kind: "number" }>): Expression {
    const [top, slash, bottom] = [this.#peek(), this.#peek(1), this.#peek(2)];
    const isMixed =
      top?.kind === "number" &&
      top.spaced &&
      slash?.text === "/" &&
      !slash.spaced &&
      bottom?.kind === "number" &&
      !bottom.spaced;
    if (!isMixed) return { kind: "number", value: token.value, decimals: token.decimals };
    if (!isInteger(token.value) || !isInteger(top.value) || !isInteger(bottom.value) || top.value.n >= bottom.value.n) {
      throw new NotAnExpression();
    }
    this.#at += 3;
    return { kind: "number", value: token.value.add(top.value.div(bottom.value)), decimals: 0 };
  }

  #name(text: string): Expression {
    const name = Object.hasOwn(FUNCTIONS, text) ? FUNCTIONS[text] : undefined;
    if (name !== undefined) return this.#call(name);
    if (text === "pi" || text === "π") return { kind: "constant", name: "pi" };
    if (text === "e") return { kind: "constant", name: "e" };
    if (text.length === 1 || text.includes("_") || GREEK.test(text)) return { kind: "variable", name: text };
    if (this.#options.letterProducts !== true || !/^[a-z]{2,3}$/.test(text)) throw new NotAnExpression();
    const letters: Expression[] = [...text].map((letter) => this.#name(letter));
    return letters.reduce((left, right) => ({ kind: "binary", op: "*", left, right }));
  }

  /** `sin(x)`, `sin x`, `sin^2(x)`. */
  #call(name: FunctionName): Expression {
    const exponent = this.#takeSymbol("^") === undefined ? undefined : this.#nested(() => this.#primary());
    const of = this.#nested(() => (this.#peek()?.text === "(" ? this.#primary() : this.#power()));
    const call: Expression = { kind: "call", name, of };
    return exponent === undefined ? call : { kind: "binary", op: "^", left: call, right: exponent };
  }
}

/**
 * Parses an expression by recursive descent: `+ - * / ^`, brackets, implicit multiplication (`2x`, `3(x + 1)`), mixed
 * numbers, percentages, `!`, `|x|`, functions, single-letter and Greek variables, subscripts. `undefined` for anything else,
 * for brackets nested deeper than 64, and beyond the limits of `tokenize`. Multiplication and division bind alike, from the
 * left, also where the multiplication is implicit.
 */
export function parseExpression(text: string, options: ParseOptions = {}): Expression | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined || tokens.length === 0) return undefined;
  try {
    return new Parser(tokens, options).parse();
  } catch (thrown) {
    if (thrown instanceof NotAnExpression) return undefined;
    // A zero denominator in a mixed number (`1 0/0`) is the one arithmetic error that parsing can meet.
    if (thrown instanceof Error && thrown.message === "Division by Zero") return undefined;
    throw thrown;
  }
}
