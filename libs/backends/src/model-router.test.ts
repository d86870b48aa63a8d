import { loadConfig } from "@reckon/config";
import { type Backend, problemFromPrompt } from "@reckon/core";
import { afterEach, describe, expect, it } from "vitest";
import { createBackends } from "./create-backend.ts";
import { createModelRouter } from "./model-router.ts";
import { endsOf, generate, good, textOf } from "./openai/backend-under-test.fixture.ts";
import { type ChatServer, startChatServer } from "./openai/chat-server.fixture.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function server(...ids: string[]): Promise<ChatServer> {
  const started = await startChatServer(
    good,
    ids.map((id) => ({ id })),
  );
  cleanups.push(() => started.close());
  return started;
}

function router(backends: Record<string, object>): { backend: Backend; warnings: string[] } {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const unprobed = Object.fromEntries(Object.entries(backends).map(([name, one]) => [name, { probe: false, ...one }]));
  const config = loadConfig({ env: {}, folder: "/nonexistent", flags: { backends: unprobed } });
  const backend = createModelRouter(createBackends(config, { warn, env: {} }), warn);
  cleanups.push(() => backend.close());
  return { backend, warnings };
}

const question = problemFromPrompt("Solve: 2x = 4");
const idsOf = async (backend: Backend) => (await backend.listModels()).map((model) => model.id);

describe("a router over backends", () => {
  it("lists all models, those of the default backend first, each under an id of its own", async () => {
    const [a, b] = [await server("m", "only-a"), await server("m", "only/b")];
    const { backend } = router({ a: { url: a.url }, b: { url: b.url, default: true }, inside: { kind: "embedded" } });
    const models = await backend.listModels();
    expect(models.map((model) => [model.id, model.backend])).toEqual([
      ["m", "b"],
      ["only/b", "b"],
      ["a/m", "a"],
      ["only-a", "a"],
      ["reckon-embedded-1", "inside"],
    ]);
    expect(Object.keys(models[0] as object)).not.toContain("source");
  });

  it("goes to the backend that has the model, by id, by backend and id, or by backend alone", async () => {
    const [a, b] = [await server("m", "only-a"), await server("m", "only/b")];
    const { backend } = router({ a: { url: a.url }, b: { url: b.url } });
    const askedFor = async (model: string) => {
      await generate(backend, 1, { model });
      const [last] = [a, b].flatMap((one, i) =>
        one.requests.splice(0).flatMap(({ body }) => (body.model ? [`${"ab"[i]}:${body.model}`] : [])),
      );
      return last;
    };
    expect(await askedFor("")).toBe("a:m");
    expect(await askedFor("m")).toBe("a:m");
    expect(await askedFor("b/m")).toBe("b:m");
    expect(await askedFor("only/b")).toBe("b:only/b");
    expect(await askedFor("b/only/b")).toBe("b:only/b");
    expect(await askedFor("a/only-a")).toBe("a:only-a");
    expect(await askedFor("b/")).toBe("b:m");
  });

  it("names the known models where there is no such one", async () => {
    const { backend } = router({ a: { url: (await server("m", "n")).url } });
    await expect(backend.open(question, { model: "x" })).rejects.toMatchObject({
      code: "not-found",
      message: 'there is no model "x"; there are "m", "n"',
    });
  });

  it("goes on without a backend that does not answer, unless it is needed", async () => {
    const [a, b] = [await server("m"), await server("n")];
    const { backend, warnings } = router({ a: { url: a.url }, b: { url: b.url } });
    await b.close();
    expect(await idsOf(backend)).toEqual(["m"]);
    expect(warnings).toEqual([expect.stringContaining("backend b")]);
    await expect(backend.open(question, { model: "b/n" })).rejects.toMatchObject({ code: "unavailable" });
    await expect(backend.open(question, { model: "n" })).rejects.toMatchObject({ code: "unavailable" });
    expect(endsOf(await generate(backend, 1, { model: "m" }))[0]?.reason).toBe("stop");
  });

  it("fails where the default backend does not answer", async () => {
    const [a, b] = [await server("m"), await server("n")];
    const { backend } = router({ a: { url: a.url }, b: { url: b.url } });
    await a.close();
    await expect(backend.listModels()).rejects.toMatchObject({ code: "unavailable" });
    expect(endsOf(await generate(backend, 1, { model: "n" }))[0]?.reason).toBe("stop");
  });

  it("adds up the load", async () => {
    const { backend } = router({ a: { url: (await server("m")).url }, b: { url: (await server("n")).url } });
    await generate(backend, 2, { model: "m" });
    await generate(backend, 1, { model: "n" });
    expect(await backend.load()).toMatchObject({ liveSamples: 0, outputTokens: 27, prefilledTokens: 21 });
  });
});

describe("the embedded backend", () => {
  it("thinks with the real model, by seed, and closes", async () => {
    const { backend } = router({});
    expect(await backend.load()).toMatchObject({ liveSamples: 0, outputTokens: 0 });
    const once = await generate(backend, 2, { seed: 3, maxTokens: 24 });
    const again = await generate(backend, 2, { seed: 3, maxTokens: 24, model: "embedded/reckon-embedded-1" });
    for (const sample of [0, 1]) expect(textOf(again, sample)).toBe(textOf(once, sample));
    expect(textOf(once, 0)).not.toBe("");
    const tokens = [...endsOf(once), ...endsOf(again)].reduce((sum, end) => sum + end.usage.outputTokens, 0);
    expect(await backend.load()).toMatchObject({ liveSamples: 0, outputTokens: tokens });
  });

  it("says clearly what is wrong with its weights, and tries again with the next call", async () => {
    const config = loadConfig({ env: { RECKON_ENGINE_WEIGHTS_DIR: "/nonexistent" }, folder: "/nonexistent" });
    const [backend] = createBackends(config) as [Backend];
    for (let i = 0; i < 2; i += 1) await expect(backend.listModels()).rejects.toThrow("/nonexistent");
    await backend.close();
  });
});
