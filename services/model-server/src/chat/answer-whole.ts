import type { Fault } from "../faults/fault-schedule.ts";
import { encodeWithNan, nanForms } from "../faults/nan-forms.ts";
import { ApiError } from "../http/api-error.ts";
import { groqUsage } from "./chat-chunks.ts";
import type { ChatSetting } from "./chat-setting.ts";
import { type ChoiceLogprobs, choiceLogprobs } from "./choice-logprobs.ts";
import { stall } from "./event-stream.ts";
import { runGeneration } from "./run-generation.ts";
import { usageOf, wrongUsage } from "./usage.ts";

interface Choice {
  text: string;
  readonly logprobs: ChoiceLogprobs["content"][number][];
  reason: string;
}

/** Answers a chat completion in one piece. Faults of streams show where the body would come. */
export async function answerWhole(setting: ChatSetting): Promise<void> {
  const { call, record, exchange, fault, generation, onFault } = setting;
  const choices: Choice[] = Array.from({ length: call.n }, () => ({ text: "", logprobs: [], reason: "error" }));
  let failed: string | undefined;
  await runGeneration(generation, call.n, setting, exchange.signal, {
    delta(event) {
      const choice = choices[event.sample] as Choice;
      choice.text += event.text;
      choice.logprobs.push(...(choiceLogprobs(event)?.content ?? []));
    },
    end(index, reason, failure) {
      (choices[index] as Choice).reason = reason;
      failed ??= reason === "error" ? (failure ?? "the model has failed") : undefined;
    },
  });
  if (exchange.signal.aborted) return;
  if (failed !== undefined) throw new ApiError(500, failed);
  const body = encodeWithNan(completion(setting, choices));
  const { response } = exchange;
  const send = (text: string) => {
    response.writeHead(200, { "content-type": "application/json", ...setting.headers });
    response.end(text);
  };
  switch (fault?.kind) {
    case "stall":
      onFault(fault);
      await stall(fault.delayMs, exchange.signal);
      return exchange.signal.aborted ? undefined : send(body);
    case "reset":
      onFault(fault);
      return exchange.reset();
    case "truncated":
    case "malformed":
      onFault(fault);
      return send(
        fault.form === "html" ? "<html><body><h1>502 Bad Gateway</h1></body></html>" : body.slice(0, body.length / 2),
      );
    default:
      return send(body);
  }

  function completion({ dialect }: ChatSetting, all: readonly Choice[]): object {
    const { logprobs: asked = false } = call.options;
    const usage = faultyUsage(fault);
    spoil(fault, all);
    return {
      id: record.id,
      object: "chat.completion",
      created: record.created,
      model: record.model,
      choices: all.map(({ text, logprobs, reason }, index) => ({
        index,
        message: { role: "assistant", content: text },
        logprobs: asked ? { content: logprobs } : null,
        finish_reason: reason,
      })),
      ...(usage && { usage: dialect.name === "groq" ? groqUsage(usage) : usage }),
      ...(dialect.name === "groq" && { x_groq: { id: `req_${record.id}` }, system_fingerprint: "fp_reckon" }),
    };
  }

  function faultyUsage(shown: Fault | undefined) {
    if (shown?.kind !== "wrong-usage") return usageOf(record);
    onFault(shown);
    return wrongUsage(usageOf(record), shown.form);
  }

  function spoil(shown: Fault | undefined, all: readonly Choice[]): void {
    const logprobs = all.find((choice) => choice.logprobs.length > 0)?.logprobs;
    if (shown?.kind !== "nan-logprobs" || logprobs?.[0] === undefined) return;
    onFault(shown);
    logprobs[0] = { ...logprobs[0], logprob: nanForms[shown.form] ?? null };
  }
}
