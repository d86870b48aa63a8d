import type Fraction from "fraction.js";

/** Functions of one argument that expressions may call; `log` is decimal. */
export type FunctionName =
  | "sqrt"
  | "abs"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "exp"
  | "ln"
  | "log"
  | "floor"
  | "ceil"
  | "factorial";

/** A parsed expression. `decimals` of a literal is how many digits were written after its point. */
export type Expression =
  | { readonly kind: "number"; readonly value: Fraction; readonly decimals: number }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "constant"; readonly name: "pi" | "e" }
  | { readonly kind: "negate"; readonly of: Expression }
  | { readonly kind: "percent"; readonly of: Expression }
  | { readonly kind: "call"; readonly name: FunctionName; readonly of: Expression }
  | { readonly kind: "binary"; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression };

/** Operators with two operands. */
export type BinaryOperator = "+" | "-" | "*" | "/" | "^";

/** Calls `visit` for each node, without recursion. */
export function walk(expression: Expression, visit: (node: Expression) => void): void {
  const open: Expression[] = [expression];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    visit(node);
    if (node.kind === "binary") open.push(node.left, node.right);
    else if ("of" in node) open.push(node.of);
  }
}

/** Names of the variables, sorted. */
export function variablesOf(expression: Expression): string[] {
  const names = new Set<string>();
  walk(expression, (node) => {
    if (node.kind === "variable") names.add(node.name);
  });
  return [...names].sort();
}
