import { type Model, nearestName, ReckonError, type Strategy } from "@reckon/core";

/** What a model name of the front door stands for. */
export interface NamedModel {
  /** `undefined`: Reckon's default, `adaptive`. */
  readonly strategy: Strategy | undefined;
  /** Id of the model behind; `undefined` for the default one. */
  readonly model: string | undefined;
}

const bareName = "reckon";
const strategies: Readonly<Record<string, Strategy | undefined>> = {
  [bareName]: undefined,
  "reckon-adaptive": "adaptive",
  "reckon-fast": "fast",
  "reckon-balanced": "balanced",
  "reckon-comprehensive": "comprehensive",
};
const names = Object.keys(strategies);

/**
 * Reads `reckon`, `reckon-STRATEGY`, and either with `/MODEL` behind it. Throws `not-found`, naming the nearest name, for
 * anything else; whether the model behind exists, the solve finds out.
 */
export function readModelName(name: string): NamedModel {
  const slash = name.indexOf("/");
  const front = slash < 0 ? name : name.slice(0, slash);
  const model = slash < 0 ? "" : name.slice(slash + 1);
  if (!names.includes(front) || (slash >= 0 && model === "")) {
    const known = names.map((known) => `${known}, ${known}/MODEL`).join(", ");
    const near = nearestName(front, names, 4);
    const hint = near === undefined || near === front ? "" : `; did you mean ${near}?`;
    const description = `there is no model ${JSON.stringify(name.slice(0, 256))}${hint} there are ${known}`;
    throw new ReckonError("not-found", description, { violations: [{ field: "model", description }] });
  }
  return { strategy: strategies[front], model: model === "" ? undefined : model };
}

/** Every name that the front door answers to: each strategy alone, and before each model that there is. */
export function modelNames(models: readonly Model[]): readonly string[] {
  const ids = [...new Set(models.map((model) => model.id))];
  return [...names, ...ids.flatMap((id) => names.map((name) => `${name}/${id}`))];
}
