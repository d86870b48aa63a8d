import type { ServedModel } from "../served-model.ts";

/** The answer to `GET /models`, as vLLM gives it (`max_model_len`), with Groq's `context_window`. */
export function modelsList({ model }: ServedModel, created: number): object {
  return { object: "list", data: [modelEntry(model, created)] };
}

/** One model of the list. */
export function modelEntry(model: ServedModel["model"], created: number): object {
  const { id, contextLength } = model;
  return {
    id,
    object: "model",
    created,
    owned_by: "reckon",
    root: id,
    parent: null,
    max_model_len: contextLength,
    context_window: contextLength,
    active: true,
  };
}
