import { createBackend } from "@reckon/backends";
import { type BackendConfig, loadConfig } from "@reckon/config";
import type { Backend } from "@reckon/core";
import type { Engine } from "@reckon/engine";

/** A way to the same model: inside, or over HTTP by one of the adapters. */
export const adapterKinds = ["embedded", "openai", "vllm", "groq"] as const;
export type AdapterKind = (typeof adapterKinds)[number];

/** The configuration of a backend of a kind over a model server at `url`, as keys of `[backends.NAME]`. */
export function adapterKeys(kind: AdapterKind, url: string): Record<string, string> {
  if (kind === "embedded") return { kind };
  return { kind, url: kind === "groq" ? url : `${url}/v1` };
}

/** A backend of a kind; the embedded one is the very engine that the model server serves. */
export function adapterOf(kind: AdapterKind, url: string, engine: Engine, warn: (message: string) => void): Backend {
  const flags = { backends: { model: adapterKeys(kind, url) } };
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags }).backends.model as BackendConfig;
  // Its engine is shared with the server, so closing the backend must not end it.
  const startEngine = async () => ({ ...engine, close: async () => undefined });
  return createBackend("model", config, { startEngine, env: {}, warn });
}
