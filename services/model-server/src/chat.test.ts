import Groq from "groq-sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModelServer, type ModelServer } from "./create-model-server.ts";

const question = "What is 17 * 23?";
const messages = [{ role: "user" as const, content: question }];
const model = "reckon-embedded-1";
let server: ModelServer;
let openai: OpenAI;
let groq: Groq;

beforeAll(async () => {
  server = await createModelServer();
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  groq = new Groq({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
}, 120_000);
afterAll(() => server.close());

describe("chat completions with the openai client", () => {
  it("streams the text that it gives in one piece for the same seed", async () => {
    const whole = await openai.chat.completions.create({ model, messages, seed: 7, temperature: 1.5 });
    const stream = await openai.chat.completions.create({
      model,
      messages,
      seed: 7,
      temperature: 1.5,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage: OpenAI.CompletionUsage | null | undefined;
    const reasons: (string | null)[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(text).toMatch(/Answer: /);
    expect(reasons).toEqual(["stop"]);
    expect(usage?.completion_tokens).toBe(whole.usage?.completion_tokens);
    expect(usage?.prompt_tokens).toBe(whole.usage?.prompt_tokens);
  });

  it("gives n samples for one prefill, with a log-probability and a text for each token", async () => {
    const before = server.counts();
    const asked = { model, messages: [{ role: "user" as const, content: "Solve: 4x + 9 = 45" }], n: 3, seed: 3 };
    const { choices, usage } = await openai.chat.completions.create({ ...asked, logprobs: true, top_logprobs: 2 });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    let tokens = 0;
    for (const { message, logprobs } of choices) {
      const content = logprobs?.content ?? [];
      tokens += content.length;
      expect(content.map(({ token }) => token).join("")).toBe(message.content);
      expect(content.every(({ logprob, top_logprobs }) => logprob <= 0 && top_logprobs.length === 2)).toBe(true);
    }
    expect(usage?.completion_tokens).toBe(tokens);
    const after = server.counts();
    expect(after.generatedTokens - before.generatedTokens).toBe(tokens);
    expect(after.prefilledTokens - before.prefilledTokens).toBe(usage?.prompt_tokens);
  });

  it("ends at a stop text and at the limit of tokens", async () => {
    const stopped = await openai.chat.completions.create({ model, messages, temperature: 0, stop: ["\nAnswer"] });
    expect(stopped.choices[0]?.finish_reason).toBe("stop");
    expect(stopped.choices[0]?.message.content).not.toContain("Answer");
    const short = await openai.chat.completions.create({ model, messages, temperature: 0, max_completion_tokens: 5 });
    expect(short.choices[0]?.finish_reason).toBe("length");
    expect(short.usage?.completion_tokens).toBe(5);
  });

  it("goes on from the beginning of an answer as vLLM does", async () => {
    const whole = await openai.chat.completions.create({ model, messages, temperature: 0 });
    const text = whole.choices[0]?.message.content ?? "";
    const prefix = text.slice(0, text.indexOf("\n") + 1);
    const begun = [...messages, { role: "assistant" as const, content: prefix }];
    const more = { continue_final_message: true, add_generation_prompt: false };
    const rest = await openai.chat.completions.create({ model, messages: begun, temperature: 0, ...more });
    expect(prefix + rest.choices[0]?.message.content).toBe(text);
  });

  it("says how many tokens a stream has had so far, where vLLM's option asks for it", async () => {
    const options = { include_usage: true, continuous_usage_stats: true };
    const stream = await openai.chat.completions.create({ model, messages, stream: true, stream_options: options });
    const counted: number[] = [];
    for await (const chunk of stream) counted.push(chunk.usage?.completion_tokens ?? Number.NaN);
    expect(counted).toEqual([...counted].sort((a, b) => a - b));
    expect(counted.at(-1)).toBeGreaterThan(0);
  });

  it("cuts the samples off when the client closes the connection, and counts them to the token", async () => {
    const before = server.counts();
    const long = [{ role: "user" as const, content: `Compute ${"7 * 8 + ".repeat(20)}1` }];
    const asked = { model, messages: long, n: 4, temperature: 2, stream: true as const };
    const stream = await openai.chat.completions.create(asked, { headers: { "x-request-id": "cut-1" } });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    const record = await openai.chat.completions.retrieve("chatcmpl-cut-1");
    const after = server.counts();
    expect(record.choices).toHaveLength(4);
    expect(record.choices.map((choice) => choice.finish_reason as string)).toContain("abort");
    expect(record.usage?.completion_tokens).toBe(after.generatedTokens - before.generatedTokens);
    expect(record.usage).toHaveProperty("cancelled_tokens", after.cancelledTokens - before.cancelledTokens);
    expect(after.cancelledTokens).toBeGreaterThan(before.cancelledTokens);
    expect(after.running).toBe(0);
  });

  it.each([
    ["an unknown model", { model: "gpt-9" }, 404, "model"],
    ["a temperature out of range", { temperature: 3 }, 400, "temperature"],
    ["tools", { tools: [{ type: "function", function: { name: "f" } }] }, 400, "tools"],
    ["JSON output", { response_format: { type: "json_object" } }, 400, "response_format"],
    ["too long a prompt", { messages: [{ role: "user", content: "1 + ".repeat(600) }] }, 400, "messages"],
    ["no message of the user", { messages: [{ role: "system", content: "hi" }] }, 400, "messages"],
    ["a prefix without the assistant", { continue_final_message: true, add_generation_prompt: false }, 400, "messages"],
  ])("refuses %s with an error that names it", async (_, fields, status, param) => {
    const asked = { model, messages, ...fields } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    const error = await openai.chat.completions.create(asked).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ status, param });
  });

  it("lists its model with the length of its context", async () => {
    const { data } = await openai.models.list();
    expect(data).toMatchObject([{ id: model, max_model_len: 512 }]);
    expect(await openai.models.retrieve(model)).toMatchObject({ id: model });
  });
});

describe("Groq's dialect with the groq-sdk client", () => {
  it("states the usage in x_groq of the last chunk, and rate limits in the headers", async () => {
    const request = groq.chat.completions.create({ model, messages, stream: true, seed: 5 });
    const { data, response } = await request.withResponse();
    let text = "";
    let usage: { completion_tokens: number } | undefined;
    for await (const chunk of data) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.x_groq?.usage ?? usage;
    }
    const whole = await openai.chat.completions.create({ model, messages, seed: 5 });
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage?.completion_tokens).toBe(whole.usage?.completion_tokens);
    expect(Number(response.headers.get("x-ratelimit-remaining-requests"))).toBeGreaterThan(0);
    expect(response.headers.get("x-ratelimit-reset-tokens")).toMatch(/^[\dm.]+s$/);
  });

  it.each([
    [{ n: 2 }],
    [{ logprobs: true }],
    [{ top_k: 5 }],
    [{ continue_final_message: true, add_generation_prompt: false }],
  ])("refuses %j, as Groq does", async (fields) => {
    const asked = { model, messages, ...fields } as Parameters<typeof groq.chat.completions.create>[0];
    await expect(groq.chat.completions.create(asked)).rejects.toBeInstanceOf(Groq.BadRequestError);
  });

  it("refuses what is over the limit, with Retry-After", async () => {
    const limited = await createModelServer({ stub: {}, rateLimits: { requestsPerMinute: 1 } });
    try {
      const client = new Groq({ baseURL: limited.url, apiKey: "none", maxRetries: 0 });
      await client.chat.completions.create({ model: "", messages });
      const error = await client.chat.completions.create({ model: "", messages }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Groq.RateLimitError);
      expect(Number((error as InstanceType<typeof Groq.RateLimitError>).headers?.get("retry-after"))).toBeGreaterThan(
        0,
      );
    } finally {
      await limited.close();
    }
  });
});

describe("/pooling", () => {
  const pool = async (body: object) => {
    const response = await fetch(`${server.url}/pooling`, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  const marked = (steps: readonly string[]) => steps.map((step) => `${step}<extra_0>`).join("\n\n");
  const right = ["17 * 20 = 340", "17 * 3 = 51", "340 + 51 = 391"];
  const wrong = ["17 * 20 = 340", "17 * 3 = 58", "340 + 58 = 398"];
  const chain = (steps: readonly string[]) => [...messages, { role: "assistant", content: marked(steps) }];

  it("gives a row of two probabilities a step, low from a wrong step on", async () => {
    const good = await pool({ model, task: "token_classify", messages: chain(right) });
    const bad = await pool({ model, messages: chain(wrong) });
    expect(good.status).toBe(200);
    const rows = good.body.data[0].data as [number, number][];
    expect(rows).toHaveLength(3);
    for (const [no, yes] of rows) expect(no + yes).toBeCloseTo(1, 9);
    expect(rows[1]?.[1]).toBeGreaterThan(0.5);
    expect(bad.body.data[0].data[1][1]).toBeLessThan(0.5);
    expect(good.body.usage.prompt_tokens).toBeGreaterThan(0);
  });

  it("reads Qwen's chat template as it reads messages", async () => {
    const turn = (role: string, text: string) => `<|im_start|>${role}\n${text}<|im_end|>\n`;
    const input = turn("system", "Reason.") + turn("user", question) + turn("assistant", marked(right));
    const [templated, messaged] = [await pool({ model, input }), await pool({ model, messages: chain(right) })];
    expect(templated.body.data[0].data).toHaveLength(3);
    const flat = (body: { data: { data: number[][] }[] }) => body.data[0]?.data.flat() ?? [];
    for (const [i, value] of flat(templated.body).entries())
      expect(value).toBeCloseTo(flat(messaged.body)[i] as number, 4);
  });

  it("refuses a chain that its context cannot hold, or leaves the rows out where truncation is asked for", async () => {
    const long = Array.from({ length: 60 }, (_, i) => `${i} + 340 + 51 * 17 = ${i + 1207}`);
    expect((await pool({ model, messages: chain(long) })).status).toBe(400);
    const cut = await pool({ model, messages: chain(long), truncate_prompt_tokens: -1 });
    expect(cut.status).toBe(200);
    expect(cut.body.data[0].data.length).toBeLessThan(60);
  });

  it("refuses text without marks", async () => {
    expect((await pool({ model, messages: [...messages, { role: "assistant", content: "391" }] })).status).toBe(400);
    expect((await pool({ model, input: "what is this?" })).status).toBe(400);
  });
});

describe("operation", () => {
  it("tells its load under vLLM's names", async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
    expect(value("vllm:num_requests_running")).toBe(0);
    expect(value("vllm:num_requests_waiting")).toBe(0);
    expect(value("vllm:kv_cache_usage_perc")).toBe(0);
    expect(value("vllm:generation_tokens_total")).toBe(server.counts().generatedTokens);
    expect(value("vllm:prompt_tokens_total")).toBe(server.counts().promptTokens);
    expect(value("reckon_model_server_cancelled_tokens_total")).toBe(server.counts().cancelledTokens);
  });

  it("answers health, and other paths with an error of the same form", async () => {
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    const missing = await fetch(`${server.url}/v1/nothing`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    expect((await fetch(`${server.url}/v1/chat/completions`)).status).toBe(405);
    const broken = await fetch(`${server.url}/v1/chat/completions`, { method: "POST", body: "{" });
    expect(broken.status).toBe(400);
  });
});
