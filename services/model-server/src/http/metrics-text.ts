import type { ServedModel } from "../served-model.ts";
import type { ServerCounts } from "../server-counts.ts";

type Kind = "gauge" | "counter";

/**
 * The counts in the text format of Prometheus: under the names of vLLM where it has one for them, so that what watches vLLM
 * watches this server too, and under `reckon_model_server_` where not.
 */
export function metricsText(counts: ServerCounts, model: ServedModel, waiting: number, maxBatch: number): string {
  const { liveSamples, queuedSamples } = model.load();
  const labels = `{engine="0",model_name=${JSON.stringify(model.model.id)}}`;
  const lines: string[] = [];
  const metric = (name: string, kind: Kind, help: string, value: number, labelled = labels): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, `${name}${labelled} ${value}`);
  };
  metric("vllm:num_requests_running", "gauge", "Requests that are being generated.", counts.running);
  metric("vllm:num_requests_waiting", "gauge", "Requests that wait for a place.", waiting);
  metric(
    "vllm:kv_cache_usage_perc",
    "gauge",
    "Share of the batch that is in use, 0 to 1.",
    Math.min(1, liveSamples / maxBatch),
  );
  metric("vllm:prompt_tokens_total", "counter", "Tokens of prompts.", counts.promptTokens);
  metric(
    "vllm:prompt_tokens_cached_total",
    "counter",
    "Tokens of prompts that were found in the cache.",
    Math.max(0, counts.promptTokens - counts.prefilledTokens),
  );
  metric("vllm:generation_tokens_total", "counter", "Output tokens.", counts.generatedTokens);
  const own = (name: string, kind: Kind, help: string, value: number) =>
    metric(`reckon_model_server_${name}`, kind, help, value, "");
  own("requests_total", "counter", "Chat completions that arrived.", counts.requests);
  own("refused_requests_total", "counter", "Chat completions that were refused.", counts.refused);
  own("samples_total", "counter", "Samples that ended.", counts.samples);
  own("cancelled_samples_total", "counter", "Samples that were cut off.", counts.cancelledSamples);
  own("cancelled_tokens_total", "counter", "Output tokens of samples that were cut off.", counts.cancelledTokens);
  own("prefilled_tokens_total", "counter", "Tokens of prompts that were computed.", counts.prefilledTokens);
  own("queued_samples", "gauge", "Samples that wait inside the engine.", queuedSamples);
  own("pooling_requests_total", "counter", "Requests for step scores.", counts.poolingRequests);
  own("pooling_tokens_total", "counter", "Tokens read for step scores.", counts.poolingTokens);
  const faults = "reckon_model_server_faults_total";
  lines.push(`# HELP ${faults} Faults that were shown on purpose.`, `# TYPE ${faults} counter`);
  for (const [kind, count] of Object.entries(counts.faults)) lines.push(`${faults}{kind="${kind}"} ${count}`);
  return `${lines.join("\n")}\n`;
}
