import { ApiError } from "../http/api-error.ts";

/** Whose API is spoken: OpenAI's with vLLM's extras, or Groq's. */
export interface Dialect {
  readonly name: "openai" | "groq";
  /** Throws a 400 for what the original refuses. */
  refuse(body: Readonly<Record<string, unknown>>): void;
}

/** vLLM's own: everything the embedded model can do. */
export const openAiDialect: Dialect = { name: "openai", refuse: () => undefined };

/** Fields of vLLM that Groq has never heard of. */
const unknownToGroq = ["top_k", "priority", "continue_final_message", "add_generation_prompt", "min_p", "min_tokens"];
/** Fields of OpenAI that Groq knows and refuses. */
const refusedByGroq = ["logprobs", "top_logprobs", "logit_bias"];

/** Groq's: one choice a request, no log-probabilities, no fields of vLLM (console.groq.com/docs/openai). */
export const groqDialect: Dialect = {
  name: "groq",
  refuse(body) {
    if (body.n != null && body.n !== 1) throw new ApiError(400, "'n' : number must be at most 1", { param: "n" });
    for (const param of refusedByGroq) {
      const value = body[param];
      if (value == null || value === false || value === 0) continue;
      throw new ApiError(400, `'${param}' : property '${param}' is unsupported`, { param });
    }
    for (const param of unknownToGroq) {
      if (param in body) throw new ApiError(400, `property '${param}' is unsupported`, { param });
    }
  },
};
