/** Whose words a client speaks: by its path, since groq-sdk asks under `/openai/v1`. */
export interface ChatDialect {
  /** The field of thoughts in messages and deltas. */
  readonly thoughtField: "reasoning_content" | "reasoning";
  /** Usage comes with a stream's last chunk, in `x_groq`, unasked. */
  readonly usageInLastChunk: boolean;
}

/** OpenAI's API, with thoughts as vLLM, SGLang and DeepSeek name them. */
export const openAiDialect: ChatDialect = { thoughtField: "reasoning_content", usageInLastChunk: false };

/** Groq's API. */
export const groqDialect: ChatDialect = { thoughtField: "reasoning", usageInLastChunk: true };
