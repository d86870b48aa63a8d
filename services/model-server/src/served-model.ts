import type { Engine } from "@reckon/engine";

/** What the server needs of a model; the engine has it, and so has the stub. */
export type ServedModel = Pick<Engine, "model" | "open" | "openScoring" | "countTokens" | "load" | "close">;
