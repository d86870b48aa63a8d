import type { EndpointLoad } from "@reckon/core";
import type { Endpoint } from "./endpoint.ts";

const keepMs = 1_000;
const timeoutMs = 2_000;

/** Names of the same figure in vLLM, SGLang and llama.cpp; the first that is there counts. */
const names = {
  runningRequests: ["vllm:num_requests_running", "sglang:num_running_reqs", "llamacpp:requests_processing"],
  waitingRequests: ["vllm:num_requests_waiting", "sglang:num_queue_reqs", "llamacpp:requests_deferred"],
  kvCacheUsage: [
    "vllm:kv_cache_usage_perc",
    "vllm:gpu_cache_usage_perc",
    "sglang:token_usage",
    "llamacpp:kv_cache_usage_ratio",
  ],
} as const;

/**
 * Reads how busy a model server is from its metrics in Prometheus text format: requests of all its series together, the
 * fullest of its caches. `undefined` where they tell of no requests.
 */
export function readEndpointLoad(text: string): EndpointLoad | undefined {
  const values = new Map<string, number[]>();
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+(\S+)/.exec(line);
    const value = Number(match?.[2] ?? Number.NaN);
    if (match?.[1] !== undefined && Number.isFinite(value))
      values.set(match[1], [...(values.get(match[1]) ?? []), value]);
  }
  const seriesOf = (known: readonly string[]) => known.map((name) => values.get(name)).find((series) => series);
  const sum = (series: readonly number[] | undefined) => series?.reduce((total, value) => total + value, 0);
  const runningRequests = sum(seriesOf(names.runningRequests));
  const waitingRequests = sum(seriesOf(names.waitingRequests));
  if (runningRequests === undefined && waitingRequests === undefined) return undefined;
  const usage = seriesOf(names.kvCacheUsage);
  return {
    runningRequests: runningRequests ?? 0,
    waitingRequests: waitingRequests ?? 0,
    kvCacheUsage: usage === undefined ? undefined : Math.min(1, Math.max(0, ...usage)),
  };
}

/**
 * Makes a reader of `/metrics` beside the API; an answer is kept for a second. `undefined` where the endpoint does not tell,
 * of which the operator is warned once.
 */
export function createEndpointLoad(
  backend: string,
  endpoint: Endpoint,
  warn: (message: string) => void,
): () => Promise<EndpointLoad | undefined> {
  let kept: { load: Promise<EndpointLoad | undefined>; untilMs: number } | undefined;
  let hasWarned = false;
  const read = async (): Promise<EndpointLoad | undefined> => {
    let why = "it tells of no requests";
    try {
      const response = await endpoint.fetch(`${endpoint.root}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
      const load = response.ok ? readEndpointLoad(await response.text()) : undefined;
      if (load !== undefined) return load;
      if (!response.ok) why = `it answered ${response.status}`;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    if (!hasWarned) warn(`the load of backend ${backend} cannot be read from ${endpoint.root}/metrics: ${why}`);
    hasWarned = true;
    return undefined;
  };
  return () => {
    const nowMs = performance.now();
    if (kept === undefined || kept.untilMs < nowMs) kept = { load: read(), untilMs: nowMs + keepMs };
    return kept.load;
  };
}
