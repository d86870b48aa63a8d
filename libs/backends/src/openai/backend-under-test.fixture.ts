import { type BackendConfig, loadConfig } from "@reckon/config";
import {
  type Backend,
  type GenerateOptions,
  type GenerationEvent,
  type Problem,
  problemFromPrompt,
} from "@reckon/core";
import { afterEach } from "vitest";
import { type ChatHandler, type ChatServer, content, finish, startChatServer, usage } from "./chat-server.fixture.ts";
import { createOpenAiBackend } from "./openai-backend.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Setup {
  server: ChatServer;
  backend: Backend;
  warnings: string[];
  /** What a limiter was told. */
  limits: { headers: Headers; status: number }[];
}

/** Starts a server and a backend `mine` over it; both are closed after the test. */
export async function setUp(
  chat: ChatHandler,
  more: Partial<BackendConfig> = {},
  models?: unknown,
  env = {},
): Promise<Setup> {
  const server = await startChatServer(chat, models);
  const base = more.kind === "groq" ? server.url.replace(/\/v1$/, "") : server.url;
  const flags = { backends: { mine: { kind: "openai", url: base, probe: false, ...more } } };
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags }).backends.mine as BackendConfig;
  const warnings: string[] = [];
  const limits: Setup["limits"] = [];
  const backend = createOpenAiBackend("mine", config, {
    env,
    warn: (message) => warnings.push(message),
    onRateLimit: (headers, status) => limits.push({ headers, status }),
  });
  cleanups.push(
    () => backend.close(),
    () => server.close(),
  );
  return { server, backend, warnings, limits };
}

/** A problem to ask. */
export const question = problemFromPrompt("Solve: 2x = 4");

/** Generates samples and collects all events. */
export async function generate(
  backend: Backend,
  samples = 1,
  options: GenerateOptions = {},
  problem: Problem = question,
) {
  const generation = await backend.open(problem, options);
  for (let i = 0; i < samples; i += 1) generation.start(i);
  generation.finish();
  return Array.fromAsync(generation.events);
}

/** The whole text of one sample. */
export const textOf = (events: readonly GenerationEvent[], sample = 0) =>
  events.map((event) => (event.type === "token-delta" && event.sample === sample ? event.text : "")).join("");

/** How samples ended. */
export const endsOf = (events: readonly GenerationEvent[]) => events.filter((event) => event.type === "sample-ended");

/** Resolves with the first event that passes; the iteration stays open. */
export async function until(events: AsyncIterator<GenerationEvent>, passes: (event: GenerationEvent) => boolean) {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error("the events have ended");
    if (passes(value)) return value;
  }
}

/** A server that does all as it should. */
export const good: ChatHandler = ({ send, response }) => {
  send({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] });
  send(content("2x = 4\n"));
  send(content("Answer: 2"));
  send(finish("stop"));
  send(usage(11, 9, 4));
  send("[DONE]");
  response.end();
};
