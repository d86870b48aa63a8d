/** What a response says of one dimension of its provider's limit. */
export interface RateLimitState {
  readonly limit: number | undefined;
  readonly remaining: number;
  /** Milliseconds until all of the limit is there again. */
  readonly fullInMs: number | undefined;
}

/** What the headers of a response say of the provider's limits. */
export interface RateLimitNews {
  readonly requests: RateLimitState | undefined;
  readonly tokens: RateLimitState | undefined;
}

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of OpenAI and Groq. `undefined` where there is none, or
 * where it makes no sense. The two dimensions may have windows of different lengths (Groq: requests a day, tokens a minute).
 */
export function readRateLimitHeaders(headers: Headers): RateLimitNews {
  const read = (dimension: string): RateLimitState | undefined => {
    const remaining = numberOf(headers.get(`x-ratelimit-remaining-${dimension}`));
    if (remaining === undefined) return undefined;
    return {
      remaining,
      limit: numberOf(headers.get(`x-ratelimit-limit-${dimension}`)),
      fullInMs: parseGoDuration(headers.get(`x-ratelimit-reset-${dimension}`)),
    };
  };
  return { requests: read("requests"), tokens: read("tokens") };
}

function numberOf(text: string | null): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of a duration as Go prints it (`2m59.56s`, `120ms`) or of plain seconds (`60`); `undefined` for anything else. */
export function parseGoDuration(text: string | null): number | undefined {
  const trimmed = text?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(trimmed)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)) {
    totalMs += Number(amount) * (unitMs[unit as string] as number);
  }
  return totalMs;
}
