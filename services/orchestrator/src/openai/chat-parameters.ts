import { unsupportedParam, wrongParam } from "./api-error.ts";
import { isObject } from "./json.ts";

/** What OpenAI's API, and those that follow it, let a chat request say beside what Reckon honours. */
type Check = (value: unknown) => boolean;

const isEmpty: Check = (value) => (Array.isArray(value) ? value.length === 0 : isObject(value) && noKeys(value));
const noKeys = (value: object) => Object.keys(value).length === 0;
const only =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const never: Check = () => false;

/**
 * Parameters that change nothing where they have one of these values, since that is what Reckon does anyway; any other value
 * would have to be ignored, and is refused.
 */
const asItIs: Readonly<Record<string, { readonly check: Check; readonly why: string }>> = {
  n: {
    check: only(1),
    why: "only 1 is supported: Reckon answers once; how many samples it draws for that is reckon.samples",
  },
  tools: { check: isEmpty, why: "tools are not supported" },
  functions: { check: isEmpty, why: "functions are not supported" },
  tool_choice: { check: only("none", "auto"), why: "tools are not supported" },
  function_call: { check: only("none", "auto"), why: "functions are not supported" },
  parallel_tool_calls: { check: never, why: "tools are not supported" },
  logprobs: { check: only(false), why: "an answer that was voted for has no log-probabilities" },
  top_logprobs: { check: only(0), why: "an answer that was voted for has no log-probabilities" },
  logit_bias: { check: isEmpty, why: "biases are not supported" },
  frequency_penalty: { check: only(0), why: "only 0 is supported" },
  presence_penalty: { check: only(0), why: "only 0 is supported" },
  repetition_penalty: { check: only(1), why: "only 1 is supported" },
  modalities: {
    check: (value) => Array.isArray(value) && value.every((entry) => entry === "text"),
    why: "text alone is supported",
  },
  audio: { check: never, why: "sound is not supported" },
  prediction: { check: never, why: "predicted outputs are not supported" },
  web_search_options: { check: never, why: "searching the web is not supported" },
  verbosity: { check: never, why: "is not supported" },
  store: { check: only(false), why: "answers are not stored" },
  metadata: { check: isEmpty, why: "answers are not stored, nor is what describes them" },
  prompt_cache_key: { check: never, why: "the samples of a request share a replica by themselves" },
  best_of: { check: only(1), why: "is said by reckon.samples" },
  echo: { check: only(false), why: "only false is supported" },
};

/** Reads `{type: "text"}`; other formats would need decoding that no backend behind a vote can promise. */
function checkResponseFormat(format: unknown): void {
  if (!isObject(format)) throw wrongParam("response_format", "is no object");
  if (format["type"] === "text") return;
  throw unsupportedParam("response_format.type", `is ${JSON.stringify(format["type"])}; only text is supported`);
}

/**
 * Checks what a request says beyond the names given, which are read elsewhere. A parameter that is `null` says nothing. Throws
 * `unimplemented`, naming it, for the first one that Reckon would have to ignore.
 */
export function checkOtherParameters(others: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(others)) {
    if (value === null) continue;
    if (name === "response_format") checkResponseFormat(value);
    else {
      const rule = Object.hasOwn(asItIs, name) ? asItIs[name] : undefined;
      if (rule === undefined) throw unsupportedParam(name, "is no parameter that is supported here");
      if (!rule.check(value)) throw unsupportedParam(name, `${JSON.stringify(value).slice(0, 80)}: ${rule.why}`);
    }
  }
}
