import { ReckonError } from "@reckon/core";
import { featureNames } from "./difficulty-features.ts";
import { STRENGTHS } from "./dispersion.ts";
import type { LearnedDifficulty } from "./learned-difficulty.ts";

/** Version of the text below; another one is not read. */
const FORMAT = 1;
const DIGITS = 12;

/** What was learned as text (JSON), to be kept; of the covariance the upper triangle, row by row. */
export function encodeLearned({ belief, ...rest }: LearnedDifficulty): string {
  const size = belief.mean.length;
  const covariance = belief.covariance.filter((_, i) => i % size >= Math.floor(i / size));
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(DIGITS)) : value;
  return JSON.stringify({ format: FORMAT, features: featureNames, mean: belief.mean, covariance, ...rest }, rounded);
}

/**
 * What `encodeLearned` made a text of. Throws `data-loss` saying what is wrong with it: no JSON, another format, other features,
 * numbers that are missing or make no sense. Whoever reads it then starts afresh.
 */
export function decodeLearned(text: string): LearnedDifficulty {
  const value = parsed(text);
  if (value.format !== FORMAT) throw unreadable(`it has format ${String(value.format)}, this version reads ${FORMAT}`);
  if (JSON.stringify(value.features) !== JSON.stringify(featureNames))
    throw unreadable("it was learned of other features");
  const size = featureNames.length;
  const mean = numbers(value, "mean", size);
  const triangle = numbers(value, "covariance", (size * (size + 1)) / 2);
  const covariance = new Array<number>(size * size);
  let next = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = i; j < size; j += 1) {
      covariance[i * size + j] = covariance[j * size + i] = triangle[next] as number;
      next += 1;
    }
    if (!((covariance[i * size + i] as number) > 0)) throw unreadable("a variance in it is not above 0");
  }
  const drift = object(value, "drift");
  const loss = value.loss === undefined ? undefined : object(value, "loss");
  return {
    belief: { mean, covariance },
    scatter: numbers(value, "scatter", STRENGTHS.length),
    templateScatter: numbers(value, "templateScatter", STRENGTHS.length),
    outcomes: count(value, "outcomes"),
    trained: count(value, "trained"),
    trainedId: typeof value.trainedId === "string" ? value.trainedId : undefined,
    byDomain: Object.fromEntries(
      Object.keys(object(value, "byDomain")).map((key) => [key, count(object(value, "byDomain"), key)]),
    ),
    loss: loss && { learned: count(loss, "learned"), start: count(loss, "start") },
    drift: {
      harder: count(drift, "harder"),
      easier: count(drift, "easier"),
      since: count(drift, "since"),
      strikes: count(drift, "strikes"),
      lastAtMs: drift.lastAtMs === undefined ? undefined : count(drift, "lastAtMs"),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

const unreadable = (why: string) => new ReckonError("data-loss", `cannot read what was learned of difficulty: ${why}`);

function parsed(text: string): Fields {
  try {
    return object({ text: JSON.parse(text) as unknown }, "text");
  } catch (error) {
    throw error instanceof ReckonError ? error : unreadable("it is not JSON");
  }
}

function object(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw unreadable(`${name} is not an object`);
}

/** A finite number of at least 0. */
function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw unreadable(`${name} is ${String(value)}, not a number from 0`);
}

function numbers(fields: Fields, name: string, length: number): number[] {
  const value = fields[name];
  if (Array.isArray(value) && value.length === length && value.every((one) => Number.isFinite(one))) return value;
  throw unreadable(`${name} is not a list of ${length} numbers`);
}
