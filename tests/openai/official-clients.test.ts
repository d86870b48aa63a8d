import { type Cluster, type ClusterObserver, createClusterObserver, isIdle, startCluster } from "@reckon/bench";
import Groq from "groq-sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longProblem } from "../src/long-solve.ts";
import { curl, hasCurl } from "./curl.ts";

let cluster: Cluster;
let observer: ClusterObserver;
let openai: OpenAI;
let groq: Groq;
beforeAll(async () => {
  cluster = await startCluster();
  observer = createClusterObserver(cluster);
  openai = new OpenAI({ baseURL: `${cluster.url}/v1`, apiKey: "none" });
  groq = new Groq({ baseURL: cluster.url, apiKey: "none" });
});
afterAll(async () => {
  observer?.close();
  await cluster?.stop();
});

const roots = [{ role: "user" as const, content: "Solve: x^2 - 5x + 6 = 0" }];
const digits = (text: string | null | undefined) => [...(text ?? "").matchAll(/\d+/g)].map(Number).sort();
/** What no client's types know. */
interface More {
  readonly reasoning_content?: string;
  readonly reasoning?: string;
  readonly reckon?: { readonly solve_id: string; readonly ledger: Record<string, number> };
  readonly x_groq?: { readonly usage?: { readonly completion_tokens: number } };
}

describe("the official openai client", () => {
  it("gets an answer of the embedded model, its thoughts and its price", async () => {
    const answer = await openai.chat.completions.create({ model: "reckon-adaptive", messages: roots });
    const [choice] = answer.choices;
    expect(digits(choice?.message.content)).toEqual([2, 3]);
    expect(choice?.finish_reason).toBe("stop");
    expect((choice?.message as More | undefined)?.reasoning_content).toMatch(/Answer/);
    const { usage } = answer;
    const details = usage?.completion_tokens_details as Record<string, number> | undefined;
    const parts = ["reasoning_tokens", "cancelled_tokens", "failed_tokens"].map(
      (name) => details?.[name] ?? Number.NaN,
    );
    expect(parts.reduce((sum, tokens) => sum + tokens)).toBe(usage?.completion_tokens);
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
    expect(answer._request_id).toBe((answer as More).reckon?.solve_id);
  });

  it("streams thoughts, then the answer, by its own helper too", async () => {
    const stream = openai.chat.completions.stream({
      model: "reckon-comprehensive",
      messages: roots,
      stream_options: { include_usage: true },
    });
    let thoughts = "";
    let thoughtsAfterAnswer = 0;
    let content = "";
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta as (More & { content?: string | null }) | undefined;
      if (delta?.reasoning_content) {
        thoughts += delta.reasoning_content;
        if (content !== "") thoughtsAfterAnswer += 1;
      }
      content += delta?.content ?? "";
    }
    expect(digits(content)).toEqual([2, 3]);
    expect(thoughts.length).toBeGreaterThan(content.length);
    expect(thoughtsAfterAnswer).toBe(0);
    const whole = await stream.finalChatCompletion();
    expect(whole.choices[0]?.message.content).toBe(content);
    expect(whole.usage?.completion_tokens).toBeGreaterThan(0);
  });

  it("gives the same answer and thoughts for the same seed", async () => {
    const ask = async () => {
      const answer = await openai.chat.completions.create({
        model: "reckon-fast",
        messages: [{ role: "user", content: "What is 17 * 23?" }],
        seed: 42,
        temperature: 1,
        // One sample and no verifier: where that prunes, and what votes first, depends on how fast the machine is.
        ...{ reckon: { samples: 1, verification_rounds: 0, max_steps: 32 } },
      });
      return answer.choices[0]?.message;
    };
    expect(await ask()).toEqual(await ask());
  });

  it("never gets more tokens than it has allowed", async () => {
    const answer = await openai.chat.completions.create({
      model: "reckon-comprehensive",
      messages: [{ role: "user", content: longProblem }],
      max_completion_tokens: 40,
    });
    expect(answer.usage?.completion_tokens).toBeLessThanOrEqual(40);
  });

  it("leaves nothing running behind it when it breaks off", async () => {
    const stream = await openai.chat.completions.create({
      model: "reckon-comprehensive",
      messages: [{ role: "user", content: longProblem }],
      stream: true,
      ...{ reckon: { samples: 16, early_stopping: false, timeout_ms: 60_000 } },
    });
    for await (const chunk of stream) if ((chunk.choices[0]?.delta as More | undefined)?.reasoning_content) break;
    await observer.until(isIdle, 10_000);
  });

  it("reads errors as OpenAI's", async () => {
    const wrong = openai.chat.completions.create({ model: "reckon", messages: roots, n: 3 });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: "n", code: "unsupported_parameter" });
    const missing = openai.chat.completions.create({ model: "reckon-fast/gpt-9", messages: roots });
    await expect(missing).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it("lists models, each of which can be asked", async () => {
    const ids = (await Array.fromAsync(openai.models.list())).map(({ id }) => id);
    const behind = ids.find((id) => id.startsWith("reckon-fast/")) ?? expect.unreachable();
    const answer = await openai.chat.completions.create({ model: behind, messages: roots });
    expect(answer.model).toBe(behind);
  });
});

describe("the official groq client", () => {
  it("gets an answer and its usage", async () => {
    const answer = await groq.chat.completions.create({ model: "reckon-adaptive", messages: roots });
    expect(digits(answer.choices[0]?.message.content)).toEqual([2, 3]);
    expect(answer.choices[0]?.message.reasoning).toMatch(/Answer/);
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
  });

  it("streams, with the usage where Groq puts it", async () => {
    const stream = await groq.chat.completions.create({ model: "reckon-adaptive", messages: roots, stream: true });
    const chunks = await Array.fromAsync(stream);
    const said = (name: "content" | "reasoning") => chunks.map((chunk) => chunk.choices[0]?.delta[name] ?? "").join("");
    expect(digits(said("content"))).toEqual([2, 3]);
    expect(said("reasoning")).not.toBe("");
    expect((chunks.at(-1) as More | undefined)?.x_groq?.usage?.completion_tokens).toBeGreaterThan(0);
  });

  it("lists models", async () => {
    expect((await groq.models.list()).data.map(({ id }) => id)).toContain("reckon-adaptive");
  });
});

describe.skipIf(!hasCurl)("curl", () => {
  const body = (more: object) => JSON.stringify({ model: "reckon", messages: roots, ...more });
  const post = (...args: string[]) =>
    curl(...args, "-H", "content-type: application/json", `${cluster.url}/v1/chat/completions`);

  it("gets JSON, over HTTP/1.1 and over HTTP/2", async () => {
    for (const version of ["--http1.1", "--http2-prior-knowledge"]) {
      const { code, stdout } = await post(version, "-d", body({}));
      expect(code).toBe(0);
      expect(digits(JSON.parse(stdout).choices[0].message.content)).toEqual([2, 3]);
    }
  });

  it("gets a stream that ends with [DONE]", async () => {
    const { stdout } = await post("-N", "-d", body({ stream: true }));
    const events = stdout.split("\n\n").filter((event) => event.startsWith("data: "));
    expect(events.at(-1)).toBe("data: [DONE]");
    for (const event of events.slice(0, -1)) expect(() => JSON.parse(event.slice("data: ".length))).not.toThrow();
  });
});
