import { nanForms } from "../faults/nan-forms.ts";
import { createChatChunks } from "./chat-chunks.ts";
import type { ChatSetting } from "./chat-setting.ts";
import { choiceLogprobs } from "./choice-logprobs.ts";
import { createEventStream } from "./event-stream.ts";
import { runGeneration } from "./run-generation.ts";
import { type ApiUsage, countsOf, usageOf, wrongUsage } from "./usage.ts";

/** Answers a chat completion as a stream of server-sent events. */
export async function answerStream(setting: ChatSetting): Promise<void> {
  const { call, dialect, record, exchange, fault, generation, onFault } = setting;
  const cutting = new AbortController();
  const signal = AbortSignal.any([exchange.signal, cutting.signal]);
  const stream = createEventStream({
    exchange,
    fault,
    headers: setting.headers,
    cut: () => cutting.abort(),
    onFault,
  });
  const { logprobs = false } = call.options;
  const chunks = createChatChunks({ ...record, dialect, logprobs });
  const told = Array.from({ length: call.n }, () => 0);
  const begun = new Set<number>();
  let spoilt = fault?.kind === "nan-logprobs" && logprobs ? fault : undefined;

  const soFar = (index: number): ApiUsage | undefined =>
    call.continuousUsage ? countsOf(setting.promptTokens, told[index] as number) : undefined;
  const begin = async (index: number): Promise<void> => {
    if (begun.has(index)) return;
    begun.add(index);
    await stream.send(chunks.role(index, soFar(index)));
  };
  const finalUsage = (): ApiUsage | undefined => {
    const usage = usageOf(record);
    if (fault?.kind !== "wrong-usage") return usage;
    onFault(fault);
    return wrongUsage(usage, fault.form);
  };

  stream.open();
  await runGeneration(generation, call.n, setting, signal, {
    async delta(event) {
      await begin(event.sample);
      told[event.sample] = (told[event.sample] as number) + event.tokens;
      const spoil = spoilt === undefined ? undefined : nanForms[spoilt.form];
      if (spoilt !== undefined) onFault(spoilt);
      spoilt = undefined;
      const chunk = chunks.delta(event.sample, event.text, choiceLogprobs(event, spoil), soFar(event.sample));
      await stream.send(chunk, event.tokens);
    },
    async end(index, reason, failure) {
      if (reason === "error") {
        await stream.send({ error: { message: failure ?? "the model has failed", type: "server_error", code: 500 } });
        return;
      }
      await begin(index);
      await stream.send(chunks.finish(index, reason, dialect.name === "groq" ? finalUsage() : soFar(index)));
    },
  });
  if (signal.aborted) return;
  if (call.includeUsage) {
    const usage = finalUsage();
    if (usage !== undefined) await stream.send(chunks.usage(usage));
  }
  await stream.close();
}
