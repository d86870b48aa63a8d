import { type Problem, questionOf, type Signal } from "@reckon/core";
import { logit } from "@reckon/stats";
import { estimateDifficulty } from "../estimate-difficulty.ts";
import { classifyDomain, DOMAIN_DIFFICULTY, type ProblemDomain } from "../problem-domain.ts";

/** What the learned model sees of a question: the start weights' verdict, the signals behind it, and what is cheap to count. */
export interface DifficultyFeatures {
  readonly domain: ProblemDomain;
  /** In the order of `featureNames`; about -2 to 2 each. */
  readonly values: readonly number[];
}

const domains = Object.keys(DOMAIN_DIFFICULTY) as readonly ProblemDomain[];

/** Text beyond this is not counted. */
const MAX_CHARACTERS = 20_000;

/** Counts with the value that is common and by how much they vary, on a logarithmic scale. */
const counts: readonly (readonly [name: string, centre: number, spread: number, count: (text: string) => number])[] = [
  ["words", 2.3, 1, (text) => text.match(/[A-Za-z]{2,}/g)?.length ?? 0],
  ["numbers", 1.8, 0.6, (text) => text.match(/\d+(\.\d+)?/g)?.length ?? 0],
  ["largest number", 4.5, 1.5, (text) => largestOf(text)],
  ["additions", 0.7, 0.7, (text) => text.match(/[+]|[\d\w)]\s*[-−]\s*[\d\w(]/g)?.length ?? 0],
  [
    "multiplications",
    0.4,
    0.6,
    (text) => text.match(/[*×]|\d\s*\(|\b(times|twice|double|each|every|per)\b/gi)?.length ?? 0,
  ],
  [
    "divisions",
    0.3,
    0.5,
    (text) => text.match(/[/÷]|\b(shares?|shared|divided?|equally|half|third|quarter|average)\b/gi)?.length ?? 0,
  ],
  ["brackets", 0.4, 0.6, (text) => text.match(/[([{]/g)?.length ?? 0],
  ["sentences", 0.9, 0.5, (text) => text.match(/[.?!](?=\s|$)/g)?.length ?? 0],
];

/** Names of the features, in the order of their values. A state that was learned with others is of no use. */
export const featureNames: readonly string[] = [
  "start",
  "bias",
  "length",
  "vocabulary",
  "syntactic_depth",
  ...counts.map(([name]) => name),
  ...domains.map((domain) => `domain ${domain}`),
];

/** The features of a problem; long and hostile texts take no longer than the signals do. */
export function difficultyFeatures(problem: Problem): DifficultyFeatures {
  const text = questionOf(problem).slice(0, MAX_CHARACTERS);
  const domain = classifyDomain(text);
  const { signals, score } = estimateDifficulty(problem).difficulty;
  const value = (name: Signal["name"]) => 2 * (signals.find((signal) => signal.name === name)?.value ?? 0.5) - 1;
  return {
    domain,
    values: [
      logit(1 - score, 0.02),
      1,
      value("length"),
      value("vocabulary"),
      value("syntactic_depth"),
      ...counts.map(([, centre, spread, count]) => clamp((Math.log1p(count(text)) - centre) / spread)),
      ...domains.map((one) => Number(one === domain)),
    ],
  };
}

/** Numbers of more digits than this are alike. */
const MAX_DIGITS = 12;

function largestOf(text: string): number {
  const numbers = text.match(/\d+/g) ?? [];
  return numbers.reduce((most, digits) => Math.max(most, Number(digits.slice(0, MAX_DIGITS))), 0);
}

const clamp = (value: number) => Math.min(3, Math.max(-3, value));
