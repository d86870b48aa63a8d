import type { UsageRecord } from "../usage-records.ts";

/** Token counts as OpenAI and vLLM word them. */
export interface ApiUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}

/** The usage of an ended request. */
export function usageOf(record: UsageRecord): ApiUsage {
  const { promptTokens, cachedPromptTokens, completionTokens } = record;
  return {
    ...countsOf(promptTokens, completionTokens),
    prompt_tokens_details: { cached_tokens: cachedPromptTokens },
  };
}

/** Prompt and completion tokens with their sum. */
export function countsOf(promptTokens: number, completionTokens: number): ApiUsage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** What the fault `wrong-usage` makes of a usage; `undefined`: it is left out. */
export function wrongUsage(usage: ApiUsage, form: string): ApiUsage | undefined {
  switch (form) {
    case "missing":
      return undefined;
    case "zero":
      return countsOf(0, 0);
    case "negative":
      return countsOf(-usage.prompt_tokens, -1 - usage.completion_tokens);
    default:
      return countsOf(2 * usage.prompt_tokens, 2 * usage.completion_tokens);
  }
}
