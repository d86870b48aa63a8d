import { describe, expect, it } from "vitest";
import { good, setUp } from "./backend-under-test.fixture.ts";
import { readEndpointLoad } from "./endpoint-load.ts";

const vllm = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="a b}"} 3.0
vllm:num_requests_running{engine="1",model_name="a"} 2.0
vllm:num_requests_waiting{engine="0",model_name="a"} 7.0
vllm:kv_cache_usage_perc{engine="0",model_name="a"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="a"} 0.5 1700000000
vllm:request_success_total{finished_reason="stop"} NaN
`;

describe("the load of an endpoint", () => {
  it.each([
    [vllm, { runningRequests: 5, waitingRequests: 7, kvCacheUsage: 0.5 }],
    [
      ["sglang:num_running_reqs 1", "sglang:num_queue_reqs 2", "sglang:token_usage 0.1"].join("\n"),
      { runningRequests: 1, waitingRequests: 2, kvCacheUsage: 0.1 },
    ],
    ["llamacpp:requests_processing 4", { runningRequests: 4, waitingRequests: 0, kvCacheUsage: undefined }],
    ["http_requests_total 4", undefined],
    ["", undefined],
  ])("is read from its metrics", (text, load) => expect(readEndpointLoad(text)).toEqual(load));

  it("comes with the backend's own, read at most once a second", async () => {
    const { backend, server, warnings } = await setUp(good, { kind: "vllm" });
    server.metrics.text = vllm;
    const [load] = await Promise.all([backend.load(), backend.load()]);
    expect(load).toMatchObject({ liveSamples: 0, endpoint: { runningRequests: 5, waitingRequests: 7 } });
    expect(server.requests.map((request) => request.path)).toEqual(["/metrics"]);
    expect(warnings).toEqual([]);
  });

  it("is left out, with one warning, where there are no metrics", async () => {
    const { backend, warnings } = await setUp(good, { load_metrics: true });
    expect(await backend.load()).not.toHaveProperty("endpoint");
    expect(warnings).toEqual([expect.stringContaining("/metrics: it answered 404")]);
  });
});
