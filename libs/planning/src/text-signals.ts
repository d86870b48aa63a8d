import type { Signal } from "@reckon/core";
import { DOMAIN_DIFFICULTY, type ProblemDomain } from "./problem-domain.ts";

/** Weights of the five signals; they sum to 1. */
export const SIGNAL_WEIGHTS = {
  length: 0.3,
  vocabulary: 0.25,
  syntactic_depth: 0.2,
  domain: 0.15,
  history: 0.1,
} as const;

/** Text beyond this is not read: the signals have saturated long before. */
const MAX_CHARACTERS = 20_000;

const TECHNICAL =
  /\b(equation|quadratic|polynomial|derivative|integral|prove|proof|theorem|probability|matrix|logarithm|prime|modulo|remainder|sequence|term|ratio|percent(age)?|average|median|discriminant|solutions?|roots?|algorithm|complexity|recursive|difference|consecutive|geometric|arithmetic)\b/gi;

/** Rises from 0 towards 1 (Hill's function of order 3): flat at first, steep about `half`, where it is a half. */
const rising = (amount: number, half: number) => amount ** 3 / (amount ** 3 + half ** 3);

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function signal(name: Signal["name"], value: number, detail: string): Signal {
  return { name, value: Math.min(1, Math.max(0, value)), weight: SIGNAL_WEIGHTS[name], detail };
}

/** How much there is to work through: quantities and operations count more than words. */
export function lengthSignal(text: string): Signal {
  const read = text.slice(0, MAX_CHARACTERS);
  const words = read.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  const quantities = read.match(/\d+(\.\d+)?/g)?.length ?? 0;
  const detail = `${plural(words, "word")} and ${plural(quantities, "number")}`;
  return signal("length", rising(quantities + words / 80, 7.5), detail);
}

/** How demanding its words and numbers are: technical terms, numbers of several digits, the longest of them. */
export function vocabularySignal(text: string): Signal {
  const read = text.slice(0, MAX_CHARACTERS);
  const technical = new Set(read.match(TECHNICAL)?.map((word) => word.toLowerCase())).size;
  const numbers = read.match(/\d+/g) ?? [];
  const longest = Math.max(0, ...numbers.map((number) => number.length));
  const long = numbers.filter((number) => number.length >= 2).length;
  const amount = technical * 0.15 + long * 0.3 + Math.max(0, longest - 2);
  const detail = `${plural(technical, "technical term")}, longest number of ${plural(longest, "digit")}`;
  return signal("vocabulary", rising(amount, 2), detail);
}

/** How deeply its parts are nested: brackets, operations, clauses. */
export function syntacticDepthSignal(text: string): Signal {
  const read = text.slice(0, MAX_CHARACTERS);
  let depth = 0;
  let deepest = 0;
  for (const character of read) {
    if (character === "(" || character === "[" || character === "{") depth += 1;
    if (character === ")" || character === "]" || character === "}") depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  const operations = read.match(/(?<=[\dA-Za-z)]\s*)[-+*/×÷^=](?=\s*[-(\dA-Za-z])/g)?.length ?? 0;
  const clauses =
    read.match(/[,;:]|\b(if|then|and|each|than|which|who|after|before|every|among)\b|[.?!](?=\s|$)/gi)?.length ?? 0;
  const detail = `brackets ${deepest} deep, ${plural(operations, "operation")}, ${plural(clauses, "clause")}`;
  return signal("syntactic_depth", rising(deepest * 0.4 + operations * 0.5 + clauses * 0.6, 3.9), detail);
}

/** What problems of its domain are like. */
export function domainSignal(domain: ProblemDomain): Signal {
  const detail = domain === "general" ? "no domain that is known" : `${domain}`;
  return signal("domain", DOMAIN_DIFFICULTY[domain], detail);
}
