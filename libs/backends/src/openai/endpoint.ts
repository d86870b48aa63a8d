import type { BackendConfig } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import { guardBody } from "./guard-body.ts";
import { messageOfBody } from "./http-error.ts";

/** What sees the headers of every response of a backend, refusals included: a limiter reads the limits from them. */
export type RateLimitListener = (headers: Headers, status: number) => void;

/** What says where an endpoint is. */
export type EndpointConfig = Pick<BackendConfig, "kind" | "url" | "api_key_env">;

/** The HTTP side of a backend. */
export interface Endpoint {
  /** What the SDKs take as the base of the API, without a slash at the end. */
  readonly base: string;
  /** What is beside the API: `/metrics`, `/pooling`. */
  readonly root: string;
  /** The `fetch` that the SDKs are given. */
  readonly fetch: typeof globalThis.fetch;
  /** Removes the API key from a text that came from outside. */
  withoutKey(text: string): string;
}

const groqUrl = "https://api.groq.com";
const noBody = new Set([101, 204, 205, 304]);

/**
 * Makes the endpoint of a backend's configuration. Its `fetch` is where everything meets that an SDK must not decide: the API
 * key is read from the environment at each request, so that it can be rotated, and is known to no SDK; no header that an SDK
 * takes from variables of its own (`OPENAI_API_KEY`, `OPENAI_ORG_ID`, `GROQ_CUSTOM_HEADERS`) reaches the endpoint; redirects
 * are not followed; bodies are bounded; what servers say of errors comes in one form and without the key.
 */
export function createEndpoint(
  backend: string,
  config: EndpointConfig,
  env: NodeJS.ProcessEnv,
  onRateLimit?: RateLimitListener,
): Endpoint {
  const url = (config.url ?? groqUrl).replace(/\/+$/, "");
  const base = config.kind === "groq" ? url.replace(/\/openai(\/v1)?$/, "") : url;
  const keyVariable =
    config.api_key_env ?? (config.kind === "groq" && config.url === undefined ? "GROQ_API_KEY" : undefined);
  const keyOf = () => (keyVariable === undefined ? undefined : env[keyVariable]?.trim());

  const headersOf = (given: HeadersInit | undefined): Headers => {
    const sdk = new Headers(given);
    const headers = new Headers({ "user-agent": "reckon" });
    for (const name of ["accept", "content-type", "x-request-id"]) {
      const value = sdk.get(name);
      if (value !== null) headers.set(name, value);
    }
    if (keyVariable === undefined) return headers;
    const key = keyOf();
    if (!key) {
      const why = `the variable ${keyVariable}, which is to hold the api key of backend ${backend}, is not set`;
      throw new ReckonError("failed-precondition", why);
    }
    try {
      headers.set("authorization", `Bearer ${key}`);
    } catch {
      // The error of a header that is not one would show the key.
      const why = `the variable ${keyVariable} of backend ${backend} holds no api key: it has characters that no header may have`;
      throw new ReckonError("failed-precondition", why);
    }
    return headers;
  };

  const withoutKey = (text: string): string => {
    const key = keyOf();
    return key ? text.replaceAll(key, "***") : text;
  };

  const guardedFetch: typeof globalThis.fetch = async (input, init) => {
    // A redirect would turn the POST into a GET, so it is an error of the configuration.
    const response = await fetch(input, { ...init, headers: headersOf(init?.headers), redirect: "manual" });
    const { status, headers } = response;
    onRateLimit?.(headers, status);
    if (response.ok) {
      if (response.body === null || /^application\/json\b/i.test(headers.get("content-type") ?? "")) return response;
      return new Response(guardBody(response.body), { status, headers });
    }
    const message = messageOfBody(withoutKey(await textOf(response)));
    const plain = new Headers(headers);
    for (const name of ["content-encoding", "content-length"]) plain.delete(name);
    plain.set("content-type", "application/json");
    return new Response(noBody.has(status) ? null : JSON.stringify({ error: { message } }), { status, headers: plain });
  };

  return { base, root: base.replace(/\/v\d+$/, ""), fetch: guardedFetch, withoutKey };
}

/** The first 64 KiB of a response, or what came of it. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 65_536) break;
    }
  } catch {
    // The status alone says enough; the text is only there to explain it.
  }
  return text;
}
