import type { BackendConfig } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import { errorOfConnection, errorOfResponse } from "./http-error.ts";

/** An HTTP API at the backend's base URL. */
export interface Endpoint {
  /** GETs a path and parses the JSON of the response. */
  getJson(path: string, signal: AbortSignal): Promise<unknown>;
  /** POSTs JSON and gives the response once its status is known to be 2xx. */
  post(path: string, body: unknown, signal: AbortSignal): Promise<Response>;
  /** Removes the API key from a text that came from outside. */
  withoutKey(text: string): string;
}

/**
 * Makes an endpoint of a backend's configuration. The API key is read from the environment at each request, so that it can
 * be rotated, and is in no message. A missing key variable, a refused key, a wrong URL and a lost connection throw
 * `ReckonError`; an aborted signal rejects with its reason.
 */
export function createEndpoint(backend: string, config: BackendConfig, env: NodeJS.ProcessEnv): Endpoint {
  const base = (config.url ?? "").replace(/\/+$/, "");

  const apiKey = (): string | undefined => {
    if (config.api_key_env === undefined) return undefined;
    const key = env[config.api_key_env]?.trim();
    if (key) return key;
    const why = `the variable ${config.api_key_env}, which api_key_env of backend ${backend} names, is not set`;
    throw new ReckonError("failed-precondition", why);
  };

  const withoutKey = (text: string): string => {
    const key = config.api_key_env === undefined ? undefined : env[config.api_key_env]?.trim();
    return key ? text.replaceAll(key, "***") : text;
  };

  const request = async (path: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    const key = apiKey();
    const headers = new Headers({ accept: "application/json, text/event-stream", "user-agent": "reckon" });
    if (init.body !== undefined) headers.set("content-type", "application/json");
    try {
      if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
    } catch {
      // The error of a header that is not one would show the key.
      const why = `the variable ${config.api_key_env} of backend ${backend} holds no api key: it has characters that no header may have`;
      throw new ReckonError("failed-precondition", why);
    }
    // A redirect would turn the POST into a GET, so it is an error of the configuration.
    const response = await fetch(base + path, { ...init, headers, signal, redirect: "manual" }).catch((error) => {
      signal.throwIfAborted();
      throw errorOfConnection(backend, error);
    });
    if (response.ok) return response;
    const body = await textOf(response);
    throw errorOfResponse(backend, response.status, response.headers, withoutKey(body));
  };

  return {
    withoutKey,
    post: (path, body, signal) => request(path, { method: "POST", body: JSON.stringify(body) }, signal),
    getJson: async (path, signal) => {
      const response = await request(path, { method: "GET" }, signal);
      return response.json().catch((error) => {
        signal.throwIfAborted();
        throw new ReckonError("unavailable", `backend ${backend} answered ${path} with what is not json`, {
          cause: error,
        });
      });
    },
  };
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
