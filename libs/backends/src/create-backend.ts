import type { BackendConfig, Config } from "@reckon/config";
import type { Backend } from "@reckon/core";
import { createEngine, type Engine } from "@reckon/engine";
import { createEmbeddedBackend } from "./embedded-backend.ts";
import type { RateLimitListener } from "./openai/endpoint.ts";
import { createOpenAiBackend } from "./openai/openai-backend.ts";

/** What backends get from outside. */
export interface BackendDeps {
  /** Starts the embedded model. Default: with the engine's own defaults. */
  readonly startEngine?: () => Promise<Engine>;
  /** Where API keys are. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what an operator should know. Default: `console.warn`. */
  readonly warn?: (message: string) => void;
  /** Called with the headers and the status of every response that the endpoint gives. */
  readonly onRateLimit?: RateLimitListener;
}

/** Backends generate; scoring is the verifier's, which loads the reward model itself. */
const parts = ["decoder"] as const;

/** Makes the backend that a section `[backends.NAME]` describes; nothing is connected or loaded until it is used. */
export function createBackend(name: string, config: BackendConfig, deps: BackendDeps = {}): Backend {
  const { startEngine = () => createEngine({ parts }), env = process.env, warn = console.warn, onRateLimit } = deps;
  switch (config.kind) {
    case "embedded":
      return createEmbeddedBackend(name, startEngine);
    case "openai":
    case "vllm":
    case "groq":
      return createOpenAiBackend(name, config, { env, warn, onRateLimit });
  }
}

/** Gives what makes backends by their sections; the embedded model is run as `[engine]` says. */
export function createBackendMaker(
  config: Pick<Config, "engine">,
  deps: BackendDeps = {},
): (name: string, section: BackendConfig) => Backend {
  const { threads, max_batch: maxBatch, weights_dir: weightsDir } = config.engine;
  const startEngine = deps.startEngine ?? (() => createEngine({ threads, maxBatch, weightsDir, parts }));
  return (name, section) => createBackend(name, section, { ...deps, startEngine });
}

/** Makes all configured backends, the default one first. */
export function createBackends(config: Config, deps: BackendDeps = {}): Backend[] {
  const make = createBackendMaker(config, deps);
  return Object.entries(config.backends).map(([name, section]) => make(name, section));
}
