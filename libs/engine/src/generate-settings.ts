import { type FieldViolation, type GenerateOptions, invalidArgument, limits, type SampleOverrides } from "@reckon/core";

/** How the engine samples: what every backend may be asked for, and what only its own servers ask for. */
export interface EngineGenerateOptions extends GenerateOptions {
  /** Output tokens in which no stop text is looked for, as vLLM's `min_tokens`; the end token ends a sample all the same. Default 0. */
  readonly minTokens?: number;
}

/** Throws `invalid-argument` naming every option that is out of its range, with the value and the limit. */
export function assertGenerateOptions(options: EngineGenerateOptions): void {
  const violations: FieldViolation[] = [];
  const check = (field: string, value: unknown, good: boolean, range: string): void => {
    if (value !== undefined && !good) violations.push({ field, description: `is ${shown(value)}; must be ${range}` });
  };
  const { temperature, topP, topK, seed, stop, minTokens, maxTokens, topLogprobs, prefix } = options;
  check("temperature", temperature, within(temperature, 0, limits.temperature.max), "a number from 0 to 2");
  check("top_p", topP, within(topP, Number.MIN_VALUE, 1), "a number above 0, at most 1");
  check("top_k", topK, whole(topK, 0, limits.topK.max), `a whole number from 0 to ${limits.topK.max}`);
  check("seed", seed, whole(seed, 0, limits.seed.max), `a whole number from 0 to ${limits.seed.max}`);
  check(
    "min_tokens",
    minTokens,
    whole(minTokens, 0, maxTokens ?? limits.sampleTokens.max),
    "a whole number up to max_tokens",
  );
  check("max_tokens", maxTokens, whole(maxTokens, 1, limits.sampleTokens.max), "a whole number from 1 to 1000000");
  check("top_logprobs", topLogprobs, whole(topLogprobs, 0, limits.topLogprobs.max), "a whole number from 0 to 20");
  if ((topLogprobs ?? 0) > 0 && options.logprobs !== true) {
    violations.push({ field: "top_logprobs", description: `is ${topLogprobs}; needs logprobs to be true` });
  }
  if (stop !== undefined) {
    check("stop", stop.length, stop.length <= limits.stopTexts, `at most ${limits.stopTexts} texts`);
    stop.forEach((text, i) => {
      const bytes = Buffer.byteLength(text);
      if (bytes >= 1 && bytes <= limits.stopTextBytes) return;
      violations.push({
        field: `stop[${i}]`,
        description: `has ${bytes} bytes; must have 1 to ${limits.stopTextBytes}`,
      });
    });
  }
  checkPrefix(violations, prefix);
  if (violations.length > 0) throw invalidArgument(violations);
}

/** As `assertGenerateOptions`, for what one sample overrides. */
export function assertSampleOverrides(sample: number, overrides: SampleOverrides): void {
  const violations: FieldViolation[] = [];
  const { temperature, maxTokens } = overrides;
  if (!whole(sample, 0, 2 ** 31 - 1)) {
    violations.push({
      field: "sample",
      description: `is ${shown(sample)}; must be a whole number from 0 to 2147483647`,
    });
  }
  if (temperature !== undefined && !within(temperature, 0, limits.temperature.max)) {
    violations.push({ field: "temperature", description: `is ${shown(temperature)}; must be a number from 0 to 2` });
  }
  if (maxTokens !== undefined && !whole(maxTokens, 1, limits.sampleTokens.max)) {
    const description = `is ${shown(maxTokens)}; must be a whole number from 1 to 1000000`;
    violations.push({ field: "max_tokens", description });
  }
  checkPrefix(violations, overrides.prefix);
  if (violations.length > 0) throw invalidArgument(violations);
}

function checkPrefix(violations: FieldViolation[], prefix: string | undefined): void {
  const bytes = prefix === undefined ? 0 : Buffer.byteLength(prefix);
  if (bytes <= limits.prefixBytes) return;
  violations.push({ field: "prefix", description: `has ${bytes} bytes; must have at most ${limits.prefixBytes}` });
}

function within(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}

function whole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && within(value, min, max);
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
