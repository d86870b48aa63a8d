import { z } from "zod";
import { ApiError } from "../http/api-error.ts";

/** A chain of thought whose steps are to be scored. */
export interface PoolingCall {
  readonly question: string;
  readonly steps: readonly string[];
  /** Whether the last step ends the chain. */
  readonly complete: boolean;
  /** Steps that the context cannot hold are left out, as vLLM does with `truncate_prompt_tokens`, and not refused. */
  readonly truncate: boolean;
}

/** The text that stands after every step, as in Qwen2.5-Math-PRM. */
export const stepMarker = "<extra_0>";

const message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
const request = z.object({
  model: z.string().nullish(),
  task: z.literal("token_classify").nullish(),
  input: z.union([z.string(), z.array(z.string()).length(1)]).nullish(),
  messages: z.array(message).min(2).nullish(),
  add_generation_prompt: z.literal(false).nullish(),
  continue_final_message: z.boolean().nullish(),
  truncate_prompt_tokens: z.number().int().nullish(),
  encoding_format: z.literal("float").nullish(),
  use_activation: z.literal(true).nullish(),
});

/** Understands the body of `POST /pooling`; throws a 400 that names the field. */
export function parsePoolingCall(body: unknown): PoolingCall & { readonly model: string } {
  const parsed = request.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = issue?.path.join(".") || "body";
    throw new ApiError(400, `${param}: ${issue?.message.toLowerCase() ?? "is wrong"}`, { param });
  }
  const { model, input, messages, continue_final_message: goesOn, truncate_prompt_tokens: truncate } = parsed.data;
  const more = { model: model ?? "", truncate: truncate != null };
  const text = Array.isArray(input) ? input[0] : input;
  if (messages != null) return { ...fromMessages(messages, goesOn ?? false), ...more };
  if (text != null) return { ...fromTemplated(text), ...more };
  throw new ApiError(400, "input: neither input nor messages are there", { param: "input" });
}

type Chain = Omit<PoolingCall, "truncate">;

function fromMessages(messages: readonly z.output<typeof message>[], goesOn: boolean): Chain {
  const last = messages.at(-1);
  const question = messages.findLast(({ role }) => role === "user")?.content;
  if (question === undefined || last?.role !== "assistant")
    throw new ApiError(400, "messages: needs a user's question and the assistant's steps at the end", {
      param: "messages",
    });
  return { question, steps: stepsOf(last.content), complete: !goesOn };
}

/** Qwen's chat template: `<|im_start|>role\n...<|im_end|>`; a last turn without its end is a chain that goes on. */
function fromTemplated(text: string): Chain {
  const turns = [...text.matchAll(/<\|im_start\|>(system|user|assistant)\n([\s\S]*?)(<\|im_end\|>|$)/g)];
  const question = turns.findLast(([, role]) => role === "user")?.[2];
  const last = turns.at(-1);
  if (question === undefined || last?.[1] !== "assistant") {
    const why = "input: is not in the chat template of Qwen (<|im_start|>user ...<|im_end|> <|im_start|>assistant ...)";
    throw new ApiError(400, `${why}; send messages where the template is not at hand`, { param: "input" });
  }
  return { question, steps: stepsOf(last[2] as string), complete: last[3] !== "" };
}

function stepsOf(text: string): string[] {
  const steps = text.split(stepMarker).slice(0, -1);
  if (steps.length === 0)
    throw new ApiError(400, `no step is marked: put ${stepMarker} after each one`, { param: "input" });
  // The model reads a step as one line.
  return steps.map((step) => step.trim().replace(/\s*\n\s*/g, " "));
}
