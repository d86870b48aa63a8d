import { nearestName, ReckonError, type StopRule, type StopRuleName } from "@reckon/core";
import { defaultStop, peerStops, type StopSetup } from "./default-stop.ts";
import { type Schedule, schedules } from "./window.ts";

/** Each rule with the parameters that it has where none are named. */
export const stopRules: Readonly<Record<StopRuleName, StopRule>> = {
  none: { name: "none", threshold: 1, minVotes: 1 },
  unanimous: { name: "unanimous", threshold: 1, minVotes: 1, span: 5 },
  share: { name: "share", threshold: 0.75, minVotes: 2 },
  beta: { name: "beta", threshold: 0.95, minVotes: 1 },
  dirichlet: { name: "dirichlet", threshold: 0.95, minVotes: 1, unseen: 0.3 },
  confidence: { name: "confidence", threshold: 0.85, minVotes: 1, minGain: 0 },
  value: { name: "value", threshold: 1, minVotes: 1, minGain: 0.01 },
};

type ParameterName = Exclude<keyof StopRule, "name">;

/** A parameter as it is written, and what it takes. */
interface Parameter {
  readonly key: ParameterName;
  readonly min: number;
  readonly max: number;
  /** Whether `min` itself is too little. */
  readonly above?: boolean;
  readonly whole?: boolean;
}

const parameters: Readonly<Record<string, Parameter>> = {
  threshold: { key: "threshold", min: 0, max: 1, above: true },
  "min-votes": { key: "minVotes", min: 1, max: 256, whole: true },
  gain: { key: "minGain", min: 0, max: 1 },
  "token-gain": { key: "gainPerKiloToken", min: 0, max: 1000 },
  span: { key: "span", min: 1, max: 256, whole: true },
  unseen: { key: "unseen", min: 0, max: 1000, above: true },
  factor: { key: "bayesFactor", min: 0, max: 1e12, above: true },
  guard: { key: "guard", min: 0, max: 1 },
  "in-order": { key: "inOrder", min: 0, max: 1, whole: true },
};

const invalid = (sentence: string) => new ReckonError("invalid-argument", sentence);

/**
 * Reads a rule as it is written on a command line: `NAME` or `NAME:key=value,key=value`, `NAME` being a rule, a peer's rule with its
 * schedule (`peerStops`) or `default`. Keys: threshold, min-votes, gain, token-gain, span, unseen, factor, guard, in-order (1 or 0)
 * of the rule, and window, n-max and schedule, which stay as the name has them (a rule's: `defaultStop`'s). Throws
 * `invalid-argument` naming what is not understood.
 */
export function readStop(text: string): StopSetup {
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  const pairs = colon === -1 ? [] : text.slice(colon + 1).split(",");
  let setup = named(name);
  for (const pair of pairs) setup = withPair(setup, pair.trim());
  return setup;
}

function named(name: string): StopSetup {
  if (name === "default") return defaultStop;
  const peer = Object.hasOwn(peerStops, name) ? peerStops[name] : undefined;
  if (peer !== undefined) return peer;
  if (Object.hasOwn(stopRules, name)) return { ...defaultStop, rule: stopRules[name as StopRuleName] };
  const known = [...Object.keys(stopRules), ...Object.keys(peerStops), "default"];
  const nearest = nearestName(name, known, 3);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw invalid(`there is no stop rule ${JSON.stringify(name)}${hint} There are ${known.join(", ")}`);
}

function withPair(setup: StopSetup, pair: string): StopSetup {
  const [key = "", text = "", ...rest] = pair.split("=");
  if (text === "" || rest.length > 0) throw invalid(`a parameter is ${JSON.stringify(pair)}; it takes key=value`);
  if (key === "schedule") {
    const schedule = schedules.find((one) => one === text);
    if (schedule === undefined) throw invalid(`schedule is ${JSON.stringify(text)}; it takes ${schedules.join(", ")}`);
    return { ...setup, schedule: schedule as Schedule };
  }
  if (key === "window") return { ...setup, window: inRange(key, text, { min: 1, max: 100_000, whole: true }) };
  if (key === "n-max") return { ...setup, samples: inRange(key, text, { min: 1, max: 100_000, whole: true }) };
  const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
  if (parameter === undefined) {
    const known = [...Object.keys(parameters), "window", "n-max", "schedule"];
    const nearest = nearestName(key, known, 3);
    throw invalid(
      `a stop rule has no parameter ${JSON.stringify(key)}${nearest === undefined ? "" : `; did you mean ${nearest}?`} There are ${known.join(", ")}`,
    );
  }
  const value = inRange(key, text, parameter);
  const rule = { ...setup.rule, [parameter.key]: parameter.key === "inOrder" ? value === 1 : value };
  return { ...setup, rule };
}

function inRange(
  key: string,
  text: string,
  { min, max, above = false, whole = false }: Omit<Parameter, "key">,
): number {
  const value = Number(text);
  if (value <= max && (above ? value > min : value >= min) && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  throw invalid(`${key} is ${JSON.stringify(text)}; it takes ${kind} ${above ? "above" : "from"} ${min} to ${max}`);
}

/** A rule as it is written, with what differs from what `readStop` takes for granted; a setup with its window, cap and schedule. */
export function writeStop(setup: StopSetup): string {
  const { rule } = setup;
  const usual = stopRules[rule.name];
  const said = Object.entries(parameters).flatMap(([key, { key: field }]) => {
    const value = rule[field];
    return value === undefined || value === usual[field] ? [] : [`${key}=${Number(value)}`];
  });
  const where = [`window=${setup.window}`, `n-max=${setup.samples}`, `schedule=${setup.schedule}`];
  return `${rule.name}:${[...said, ...where].join(",")}`;
}
