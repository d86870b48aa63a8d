import type { Fault } from "../faults/fault-schedule.ts";
import { encodeWithNan, nanForms } from "../faults/nan-forms.ts";
import { ApiError } from "../http/api-error.ts";
import { groqUsage } from "./chat-chunks.ts";
import type { ChatSetting } from "./chat-setting.ts";
import { type ChoiceLogprobs, choiceLogprobs } from "./choice-logprobs.ts";
import { stall } from "./event-stream.ts";
import { runGeneration } from "./run-generation.ts";
import { type ApiUsage, usageOf, wrongUsage } from "./usage.ts";

interface Choice {
  text: string;
  readonly logprobs: ChoiceLogprobs["content"][number][];
  reason: string;
}

/** Answers a chat completion in one piece. Faults of streams show where the body would come. */
export async function answerWhole(setting: ChatSetting): Promise<void> {
  const { exchange } = setting;
  const choices = await generate(setting);
  if (exchange.signal.aborted) return;
  const usage = statedUsage(setting);
  spoilLogprobs(setting, choices);
  await send(setting, encodeWithNan(completion(setting, choices, usage)));
}

async function generate(setting: ChatSetting): Promise<Choice[]> {
  const { call, exchange, generation } = setting;
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
      if (reason === "error") failed ??= failure ?? "the model has failed";
    },
  });
  if (failed !== undefined) throw new ApiError(500, failed);
  return choices;
}

function completion(setting: ChatSetting, choices: readonly Choice[], usage: ApiUsage | undefined): object {
  const { call, dialect, record } = setting;
  const { logprobs: asked = false } = call.options;
  const groq = dialect.name === "groq";
  return {
    id: record.id,
    object: "chat.completion",
    created: record.created,
    model: record.model,
    choices: choices.map(({ text, logprobs, reason }, index) => ({
      index,
      message: { role: "assistant", content: text },
      logprobs: asked ? { content: logprobs } : null,
      finish_reason: reason,
    })),
    ...(usage && { usage: groq ? groqUsage(usage) : usage }),
    ...(groq && { x_groq: { id: `req_${record.id}` }, system_fingerprint: "fp_reckon" }),
  };
}

function statedUsage({ fault, record, onFault }: ChatSetting): ApiUsage | undefined {
  if (fault?.kind !== "wrong-usage") return usageOf(record);
  onFault(fault);
  return wrongUsage(usageOf(record), fault.form);
}

function spoilLogprobs({ fault, onFault }: ChatSetting, choices: readonly Choice[]): void {
  const logprobs = choices.find((choice) => choice.logprobs.length > 0)?.logprobs;
  if (fault?.kind !== "nan-logprobs" || logprobs?.[0] === undefined) return;
  onFault(fault);
  logprobs[0] = { ...logprobs[0], logprob: nanForms[fault.form] ?? null };
}

async function send({ exchange, fault, headers, onFault }: ChatSetting, body: string): Promise<void> {
  const { response, signal } = exchange;
  const write = (text: string) => {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    response.end(text);
  };
  if (fault !== undefined && bodyFaults.has(fault.kind)) onFault(fault);
  if (fault?.kind === "reset") return exchange.reset();
  if (fault?.kind === "stall") await stall(fault.delayMs, signal);
  if (signal.aborted) return;
  write(bodyOf(body, fault));
}

const bodyFaults: ReadonlySet<string> = new Set(["stall", "reset", "truncated", "malformed"]);

function bodyOf(body: string, fault: Fault | undefined): string {
  if (fault?.kind !== "truncated" && fault?.kind !== "malformed") return body;
  return fault.form === "html" ? "<html><body><h1>502 Bad Gateway</h1></body></html>" : body.slice(0, body.length / 2);
}
