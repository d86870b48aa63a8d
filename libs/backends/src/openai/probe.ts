import { randomUUID } from "node:crypto";
import type { BackendConfig } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import type { Abilities } from "./abilities.ts";
import type { ChatChunk } from "./chat-chunk.ts";
import type { ChatClient } from "./chat-client.ts";
import { afterBreak, continuation, maxTokensField } from "./chat-request.ts";
import { settleUsage } from "./settle-usage.ts";
import { streamChat } from "./stream-chat.ts";

/** How long one request of the probe may take; an endpoint that is busy is probed later. */
const timeoutMs = 10_000;
/** Events with text that are read; a server that ignores the limit of one token would go on for ever. */
const maxTextEvents = 4;

/** What a probe needs. */
export interface ProbeOptions {
  readonly backend: string;
  readonly config: BackendConfig;
  readonly client: ChatClient;
  readonly model: string;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

interface Feature {
  readonly ability: keyof Abilities;
  readonly what: string;
  /** Fields of a request that uses it. */
  readonly fields: Record<string, unknown>;
  /** Whether an event with text shows that it was not passed over in silence; absent where that cannot be seen. */
  readonly shown?: (chunk: ChatChunk) => boolean;
}

const hello = { role: "user", content: "Hello" };
const streamUsage = { include_usage: true };

/** A request that continues a prefix. */
const continuing = (content: string) => ({ messages: [hello, { role: "assistant", content }], ...continuation });

const features: readonly Feature[] = [
  {
    ability: "logprobs",
    what: "log-probabilities",
    fields: { logprobs: true, top_logprobs: 1 },
    shown: (chunk) => chunk.tokens !== undefined,
  },
  {
    ability: "continuousUsage",
    what: "token counts in every event",
    fields: { stream_options: { ...streamUsage, continuous_usage_stats: true } },
    shown: (chunk) => chunk.usage?.outputTokens !== undefined,
  },
  { ability: "seed", what: "seeds", fields: { seed: 1 } },
  { ability: "topK", what: "top-k", fields: { top_k: 5 } },
  { ability: "priority", what: "priorities", fields: { priority: 1 } },
  {
    ability: "continueFromPrefix",
    what: "continuing from a prefix",
    fields: continuing("Hel"),
  },
];

/**
 * Finds out which abilities an endpoint refuses, by requests of one token: one with all features at once, and only where that
 * is refused one a feature. What is refused (a 4xx answer), or passed over in silence where that shows, is switched off with
 * a warning. Whether it settles the usage of cancelled requests is found out too. An endpoint that does not answer now, or
 * refuses the key, throws; one that refuses even the plain request is left as declared, with a warning.
 */
export async function probeAbilities(declared: Abilities, options: ProbeOptions): Promise<Abilities> {
  const { backend, config, client, warn, signal } = options;
  const asked = features.filter((feature) => declared[feature.ability] === true);
  const off = new Set<keyof Abilities>();
  const switchOff = (feature: Feature, why: string) => {
    off.add(feature.ability);
    warn(`backend ${backend} ${why} ${feature.what}: switched off`);
  };
  const requestId = randomUUID();
  const all = await tryFeatures(asked, options, requestId);
  let promptTokens = all.promptTokens;
  if (all.refusal === undefined) {
    for (const feature of asked) if (all.silent.has(feature.ability)) switchOff(feature, "passes over");
  } else {
    const bare = asked.length === 0 ? all : await tryFeatures([], options);
    if (bare.refusal !== undefined) {
      warn(`backend ${backend} could not be probed, so it is taken as declared: ${bare.refusal}`);
      return { ...declared, settleUsage: declared.settleUsage ?? false };
    }
    for (const feature of asked) {
      const { refusal, silent, promptTokens: counted } = await tryFeatures([feature], options);
      if (feature.ability === "continueFromPrefix") promptTokens = counted;
      if (refusal !== undefined) switchOff(feature, `(${refusal}) refuses`);
      else if (silent.has(feature.ability)) switchOff(feature, "passes over");
    }
  }
  const settles = declared.settleUsage ?? typeof (await settleUsage(client, requestId, signal)) === "object";
  const kept = Object.fromEntries(
    Object.entries(declared).map(([key, value]) => [key, value && !off.has(key as never)]),
  );
  const abilities = { ...(kept as unknown as Abilities), settleUsage: settles };
  if (!abilities.continueFromPrefix || config.prefix_trailing_space !== undefined) return abilities;
  return { ...abilities, ...(await probeTrailingSpace(promptTokens, options)) };
}

/**
 * Whether the chat template leaves the line break at the end of a prefix: it does where a prefix with one has more tokens than the same without. Where
 * it does not, steps can be generated only by an endpoint that takes `min_tokens`.
 */
async function probeTrailingSpace(without: number | undefined, options: ProbeOptions): Promise<Partial<Abilities>> {
  const tried = await tryFields(continuing("Hel\n"), options);
  const isCut = tried.refusal !== undefined || (without !== undefined && tried.promptTokens === without);
  if (!isCut) return {};
  const { refusal } = await tryFields({ ...continuing("Hel"), stop: ["\n"], ...afterBreak }, options);
  if (refusal === undefined) return { prefixTrailingSpace: false };
  const why = `its chat template drops the line break at the end of a prefix, and it refuses min_tokens (${refusal})`;
  options.warn(`backend ${options.backend} cannot continue from a prefix, which is switched off: ${why}`);
  return { continueFromPrefix: false };
}

interface Tried {
  /** Why the endpoint did not take the request. */
  readonly refusal?: string;
  /** Features that left no trace in an event with text. */
  readonly silent: ReadonlySet<keyof Abilities>;
  /** As the endpoint counts them; `undefined` where it does not. */
  readonly promptTokens?: number | undefined;
}

/** Sends a request of one token with some fields. */
const tryFields = (fields: Record<string, unknown>, options: ProbeOptions) =>
  tryFeatures([{ ability: "continueFromPrefix", what: "continuing from a prefix", fields }], options);

async function tryFeatures(asked: readonly Feature[], options: ProbeOptions, requestId?: string): Promise<Tried> {
  const { backend, config, client, model, signal } = options;
  const body: Record<string, unknown> = { model, messages: [hello], stream: true, [maxTokensField(config)]: 1 };
  if (config.kind !== "groq") body.stream_options = streamUsage;
  Object.assign(body, ...asked.map((feature) => feature.fields));
  const timeout = AbortSignal.timeout(timeoutMs);
  const stream = streamChat({
    backend,
    client,
    body,
    requestId,
    signal: AbortSignal.any([signal, timeout]),
    firstTokenTimeoutMs: timeoutMs,
    idleTimeoutMs: timeoutMs,
  });
  let texts = 0;
  let promptTokens: number | undefined;
  const silent = new Set<keyof Abilities>();
  try {
    for await (const chunk of stream) {
      promptTokens = chunk.usage?.promptTokens ?? promptTokens;
      if (chunk.content === "" && chunk.reasoning === "") continue;
      for (const { ability, shown } of asked) if (shown !== undefined && !shown(chunk)) silent.add(ability);
      texts += 1;
      if (texts === maxTextEvents) break;
    }
    return { silent, promptTokens };
  } catch (thrown) {
    if (timeout.aborted)
      throw new ReckonError("unavailable", `no answer to a probe within ${timeoutMs / 1000} seconds`);
    const error = ReckonError.from(thrown);
    if (error.code !== "invalid-argument") throw error;
    return { refusal: error.message, silent };
  }
}
