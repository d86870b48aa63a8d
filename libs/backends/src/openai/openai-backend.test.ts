import type { BackendConfig } from "@reckon/config";
import type { GenerateOptions, Generation, GenerationEvent } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { endsOf, generate, good, question, setUp, textOf, until } from "./backend-under-test.fixture.ts";
import { content, finish } from "./chat-server.fixture.ts";

describe("an OpenAI-compatible backend", () => {
  it("streams a sample with its usage", async () => {
    const { backend, server, warnings } = await setUp(good);
    const events = await generate(backend);
    expect(events[0]).toEqual({ type: "sample-started", sample: 0 });
    expect(textOf(events)).toBe("2x = 4\nAnswer: 2");
    const ended = { promptTokens: 11, cachedPromptTokens: 4, outputTokens: 9 };
    expect(events.at(-1)).toEqual({ type: "sample-ended", sample: 0, reason: "stop", usage: ended });
    expect(server.requests.at(-1)?.body).toMatchObject({
      model: "m1",
      stream: true,
      stream_options: { include_usage: true },
      temperature: 1,
    });
    expect(server.requests.at(-1)?.body).not.toHaveProperty("seed");
    expect(await backend.load()).toEqual({
      liveSamples: 0,
      queuedSamples: 0,
      outputTokens: 9,
      cancelledTokens: 0,
      prefilledTokens: 7,
    });
    expect(warnings).toEqual([]);
  });

  it("asks for each sample in a request of its own, with a seed of its own and all options", async () => {
    const { backend, server } = await setUp(good, { model: "other", max_tokens_field: "max_completion_tokens" });
    const options = {
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      seed: 7,
      stop: ["END"],
      maxTokens: 100,
      logprobs: true,
      topLogprobs: 2,
    };
    const ends = endsOf(await generate(backend, 3, options));
    expect(ends.map((end) => end.sample).sort()).toEqual([0, 1, 2]);
    const bodies = server.requests.map((request) => request.body);
    expect(bodies).toHaveLength(3);
    for (const body of bodies) {
      expect(body).toMatchObject({
        model: "other",
        temperature: 0.5,
        top_p: 0.9,
        top_k: 5,
        stop: ["END"],
        max_completion_tokens: 100,
        logprobs: true,
        top_logprobs: 2,
      });
      expect(body).not.toHaveProperty("n");
    }
    const seeds = bodies.map((body) => body.seed as number);
    expect(new Set(seeds).size).toBe(3);
    expect(seeds).toContain(7);
    await generate(backend, 3, options);
    expect(server.requests.slice(3).map((request) => request.body.seed)).toEqual(expect.arrayContaining(seeds));
  });

  it("streams reasoning before the answer, which begins on a line of its own", async () => {
    for (const field of ["reasoning_content", "reasoning"]) {
      const { backend } = await setUp(({ send, response }) => {
        send({ choices: [{ delta: { [field]: "half of 4 " } }] });
        send({ choices: [{ delta: { [field]: "is 2" } }] });
        send(content("Answer: "));
        send(content("2"));
        send(finish("stop"));
        response.end();
      });
      expect(textOf(await generate(backend))).toBe("half of 4 is 2\nAnswer: 2");
    }
  });

  it("gives log-probabilities, and none for an event in which one is not a number", async () => {
    const { backend } = await setUp(({ send, response }) => {
      const top = [
        { token: "a", logprob: -0.5 },
        { token: "b", logprob: -1 },
      ];
      send(
        content("ab", {
          logprobs: {
            content: [
              { token: "a", logprob: -0.5, top_logprobs: top },
              { token: "b", logprob: 1e-7 },
            ],
          },
        }),
      );
      send(content("c", { logprobs: { content: [{ token: "c", logprob: null }] } }));
      send(finish("stop"));
      send("[DONE]");
      response.end();
    });
    const deltas = (await generate(backend, 1, { logprobs: true, topLogprobs: 2 })).filter(
      (e) => e.type === "token-delta",
    );
    expect(deltas[0]).toMatchObject({
      tokens: 2,
      logprobs: [-0.5, 0],
      topLogprobs: [
        [
          { token: "a", logprob: -0.5 },
          { token: "b", logprob: -1 },
        ],
        [],
      ],
    });
    expect(deltas[1]).toMatchObject({ text: "c", tokens: 1 });
    expect(deltas[1]?.logprobs).toBeUndefined();
  });

  it("tells its instruction where the problem has no system message, and continues a prefix where it can", async () => {
    const { backend, server } = await setUp(good, { instruction: "Think.", continue_from_prefix: true });
    await generate(backend, 1, { prefix: "2x = " });
    expect(server.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: "system", content: "Think." },
        { role: "user", content: "Solve: 2x = 4" },
        { role: "assistant", content: "2x = " },
      ],
      continue_final_message: true,
      add_generation_prompt: false,
    });
    const messages = [{ role: "system" as const, content: "Be brief." }, ...question.messages];
    await generate(backend, 1, {}, { messages, answerKind: undefined });
    expect(server.requests.at(-1)?.body.messages).toEqual(messages);
  });

  it("closes the connection of a cancelled sample and of no other", async () => {
    const { backend, server } = await setUp(async ({ send, response, closed, request }) => {
      if (request.body.seed !== 1) return good({ send, response, closed, request });
      send(content("on "));
      send(content("and on"));
      await closed;
    });
    const generation = await backend.open(question, { seed: 1 });
    const events = generation.events[Symbol.asyncIterator]();
    generation.start(0);
    await until(events, (event) => event.type === "token-delta" && event.text === "and on");
    generation.start(1);
    generation.cancel(0);
    generation.cancel(0);
    generation.cancel(99);
    generation.finish();
    const rest: GenerationEvent[] = [];
    for (let next = await events.next(); !next.done; next = await events.next()) rest.push(next.value);
    expect(endsOf(rest)).toEqual([
      { type: "sample-ended", sample: 0, reason: "cancelled", usage: expect.objectContaining({ outputTokens: 2 }) },
      { type: "sample-ended", sample: 1, reason: "stop", usage: expect.objectContaining({ outputTokens: 9 }) },
    ]);
    await expect.poll(() => server.live()).toBe(0);
    expect(await backend.load()).toMatchObject({ liveSamples: 0, outputTokens: 11, cancelledTokens: 2 });
  });

  it("closes every connection when the consumer leaves early", async () => {
    const { backend, server } = await setUp(async ({ send, closed }) => {
      send(content("endless "));
      await closed;
    });
    const generation = await backend.open(question, {});
    for (let i = 0; i < 8; i += 1) generation.start(i);
    for await (const event of generation.events) if (event.type === "token-delta") break;
    await expect.poll(() => server.live()).toBe(0);
    await expect.poll(async () => (await backend.load()).liveSamples).toBe(0);
    expect(() => generation.start(9)).toThrow("finished");
    generation.close();
  });

  it("keeps to the most requests at once; a sample that waits can be cancelled", async () => {
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>();
    const { backend, server } = await setUp(
      async (stream) => {
        await gate;
        await good(stream);
      },
      { max_parallel: 2, model: "m1" },
    );
    const generation = await backend.open(question, {});
    for (let i = 0; i < 5; i += 1) generation.start(i);
    await expect.poll(() => server.live()).toBe(2);
    expect(await backend.load()).toMatchObject({ liveSamples: 5, queuedSamples: 3 });
    generation.cancel(4);
    generation.finish();
    openGate();
    const ends = endsOf(await Array.fromAsync(generation.events));
    expect(ends.map((end) => [end.sample, end.reason]).sort()).toEqual([
      [0, "stop"],
      [1, "stop"],
      [2, "stop"],
      [3, "stop"],
      [4, "cancelled"],
    ]);
    expect(server.mostLive()).toBe(2);
    expect(server.requests).toHaveLength(4);
  });

  it("counts tokens by events where the endpoint states none, and says so once", async () => {
    const { backend, warnings } = await setUp(({ send, response }) => {
      for (const text of ["a", "b", "c"]) send(content(text));
      send(finish("length"));
      response.end();
    });
    const ends = endsOf(await generate(backend, 2));
    expect(ends.map((end) => [end.reason, end.usage.outputTokens])).toEqual([
      ["length", 3],
      ["length", 3],
    ]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("counted by stream events");
  });

  it("knows the exact tokens of a cancelled sample where the endpoint states them in each event", async () => {
    const { backend, server, warnings } = await setUp(
      async ({ send, closed }) => {
        send({ ...content("several tokens at once"), usage: { prompt_tokens: 5, completion_tokens: 4 } });
        await closed;
      },
      { continuous_usage: true },
    );
    const generation = await backend.open(question, {});
    generation.start(0);
    generation.finish();
    const events = generation.events[Symbol.asyncIterator]();
    expect(await until(events, (event) => event.type === "token-delta")).toMatchObject({ tokens: 4 });
    generation.cancel(0);
    const end = await until(events, (event) => event.type === "sample-ended");
    expect(end).toMatchObject({ reason: "cancelled", usage: { promptTokens: 5, outputTokens: 4 } });
    expect(server.requests.at(-1)?.body.stream_options).toMatchObject({ continuous_usage_stats: true });
    expect(warnings).toEqual([]);
  });

  it("reuses connections and ends on an end mark that the endpoint does not close the stream after", async () => {
    const { backend } = await setUp(({ send, response, request }) => {
      send(content("a"));
      send(finish("stop"));
      send("[DONE]");
      if (request.body.seed !== 1) response.end();
    });
    expect(endsOf(await generate(backend, 2, { seed: 1 })).map((end) => end.reason)).toEqual(["stop", "stop"]);
  });
});

describe("the models", () => {
  it("are those that the endpoint lists, the first being the default", async () => {
    const { backend, server } = await setUp(good, {}, [{ id: "big", max_model_len: 4096 }, { id: "small" }]);
    expect(await backend.listModels()).toMatchObject([
      { id: "big", backend: "mine", contextLength: 4096, parameters: undefined },
      { id: "small", contextLength: 32_768 },
    ]);
    await generate(backend, 1, { model: "small" });
    expect(server.requests.at(-1)?.body.model).toBe("small");
    expect(server.requests.filter((request) => request.path === "/v1/models")).toHaveLength(1);
    await expect(backend.open(question, { model: "none" })).rejects.toThrow(
      'has no model "none"; it has "big", "small"',
    );
  });

  it("are the configured one alone, whatever the endpoint lists", async () => {
    const { backend } = await setUp(good, { model: "m2" });
    expect((await backend.listModels()).map((model) => model.id)).toEqual(["m2"]);
    await expect(backend.open(question, { model: "m1" })).rejects.toMatchObject({ code: "not-found" });
  });

  it.each([
    ["no list", { not: "a list" }],
    ["an empty list", []],
    ["no such path", undefined],
  ])("cannot be told from %s", async (_, models) => {
    const { backend } = models === undefined ? await setUp(good, {}, null) : await setUp(good, {}, models);
    await expect(backend.listModels()).rejects.toThrow(/models|404/);
  });
});

describe("what the backend cannot do", () => {
  it.each<[string, Partial<BackendConfig>, GenerateOptions]>([
    ["log-probabilities", { logprobs: false }, { logprobs: true }],
    ["prefix", {}, { prefix: "2x" }],
    ["seed", { seed: false }, { seed: 0 }],
    ["top-k", { top_k: false }, { topK: 3 }],
  ])("is refused by name: %s", async (name, config, options) => {
    const { backend, server } = await setUp(good, config);
    await expect(backend.open(question, options)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining(name),
    });
    expect(server.requests).toEqual([]);
  });

  it("is refused for a single sample too, and so is an index used before", async () => {
    const { backend } = await setUp(good);
    const generation: Generation = await backend.open(question, {});
    expect(() => generation.start(0, { prefix: "2x" })).toThrow("prefix");
    generation.start(0);
    expect(() => generation.start(0)).toThrow("started before");
    generation.close();
    expect(endsOf(await Array.fromAsync(generation.events)).map((end) => end.reason)).toEqual(["cancelled"]);
  });
});
