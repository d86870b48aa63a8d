import { ReckonError, systemClock } from "@reckon/core";
import { retry } from "@reckon/resilience";
import { createEndpoint, type RateLimitListener } from "../openai/endpoint.ts";
import { errorOfConnection, errorOfResponse } from "../openai/http-error.ts";
import { createSlots } from "../slots.ts";
import { type PoolingRows, readPoolingRows } from "./pooling-rows.ts";
import { createStepWindow } from "./step-window.ts";

/** Where a process reward model is, and how it is asked. */
export interface PoolingPrmOptions {
  /** Base URL of the server, with or without `/v1`. */
  readonly url: string;
  /** The only model of the server where absent. */
  readonly model?: string;
  /** Name of the environment variable that holds the API key. */
  readonly apiKeyEnv?: string;
  /** Text that stands after every step. Default `<extra_0>`, as in Qwen2.5-Math-PRM. */
  readonly stepMarker?: string;
  /** System message. Default: that of Qwen2.5-Math-PRM's model card. */
  readonly system?: string;
  /** Default 4,096. */
  readonly contextLength?: number;
  /** Requests at once; more wait. Default 16. */
  readonly maxParallel?: number;
  /** For one scoring, its retries included. Default 10,000. */
  readonly timeoutMs?: number;
  /** Where API keys are. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onRateLimit?: RateLimitListener;
}

/** Scores of the last steps of a chain: all of them, unless the chain is too long for the model's context. */
export interface PoolingScores {
  /** P(right) of the last `scores.length` steps, in [0, 1]. */
  readonly scores: readonly number[];
  /** Tokens that the model has read. */
  readonly tokens: number;
}

/** A process reward model behind an endpoint; it keeps nothing between calls. */
export interface PoolingPrm {
  /** Scores a chain; `complete` says that its last step ends it. Rejects with a `ReckonError`. */
  score(
    question: string,
    steps: readonly string[],
    call: { complete: boolean; signal: AbortSignal },
  ): Promise<PoolingScores>;
}

const qwenSystem = "Please reason step by step, and put your final answer within \\boxed{}.";
/** Each makes the window smaller by 40 %. */
const mostShrinks = 8;

/**
 * A process reward model on vLLM's `POST /pooling` (task `token_classify`; served with `--runner pooling`), which is beside
 * the OpenAI API, not in it. Steps that the context has no room for are left out from the oldest on. Transient failures are
 * tried again within the time limit: scoring has no side effects.
 */
export function createPoolingPrm(options: PoolingPrmOptions): PoolingPrm {
  const { url, model, stepMarker = "<extra_0>", system = qwenSystem, contextLength = 4_096 } = options;
  const { maxParallel = 16, timeoutMs = 10_000, env = process.env } = options;
  const name = "prm";
  const config = { kind: "openai" as const, url, api_key_env: options.apiKeyEnv };
  const endpoint = createEndpoint(name, config, env, options.onRateLimit);
  const slots = createSlots(maxParallel);
  const window = createStepWindow(contextLength);
  // A marker within a text would be a step of its own.
  const unmarked = (text: string) => text.replaceAll(stepMarker, " ");

  const request = async (question: string, steps: readonly string[], complete: boolean, signal: AbortSignal) => {
    const messages = [
      ...(system === "" ? [] : [{ role: "system", content: system }]),
      { role: "user", content: question },
      { role: "assistant", content: steps.map((step) => step + stepMarker).join("") },
    ];
    const body = {
      model,
      task: "token_classify",
      messages,
      add_generation_prompt: false,
      continue_final_message: !complete,
      encoding_format: "float",
    };
    const init = {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
      signal,
    };
    const response = await endpoint.fetch(`${endpoint.root}/pooling`, init).catch((error) => {
      throw errorOfConnection(name, error);
    });
    const text = await response.text().catch((error) => {
      throw errorOfConnection(name, error);
    });
    if (!response.ok) throw errorOfResponse(name, response.status, response.headers, text);
    return readPoolingRows(parse(text), steps.length);
  };

  const scoreWindow = async (question: string, steps: readonly string[], complete: boolean, signal: AbortSignal) => {
    const head = system + question;
    for (let shrinks = 0; ; shrinks += 1) {
      const shown = steps.slice(window.firstOf(head, steps));
      try {
        const rows: PoolingRows = await request(question, shown, complete, signal);
        window.learn(head, shown, rows.tokens);
        return rows;
      } catch (error) {
        if (!isTooLong(error) || shown.length <= 1 || shrinks === mostShrinks) throw error;
        window.shrink(head, shown);
      }
    }
  };

  return {
    async score(question, steps, { complete, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const bounded = AbortSignal.any([signal, timeout]);
      let release: (() => void) | undefined;
      try {
        release = await slots.acquire(bounded);
        const attempt = () => scoreWindow(unmarked(question), steps.map(unmarked), complete, bounded);
        return await retry(attempt, { clock: systemClock, signal: bounded });
      } catch (error) {
        signal.throwIfAborted();
        if (!timeout.aborted) throw error;
        const why = `the process reward model did not answer within ${timeoutMs / 1000} seconds`;
        throw new ReckonError("unavailable", why, { cause: error });
      } finally {
        release?.();
      }
    },
  };
}

/** Servers have no code of their own for it. */
function isTooLong(error: unknown): boolean {
  return (
    error instanceof ReckonError &&
    error.code === "invalid-argument" &&
    /context|too long|longer than|maximum .*(length|tokens)|max_model_len/i.test(error.message)
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReckonError("data-loss", "the process reward model answered with what is not json", { cause });
  }
}
