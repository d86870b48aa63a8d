import { describe, expect, it } from "vitest";
import { endsOf, generate, good, setUp } from "./backend-under-test.fixture.ts";

describe("the API key", () => {
  const env = { SOME_KEY: "sk-very-secret" };

  it("is sent, read anew each time", async () => {
    const changing = { SOME_KEY: "first" };
    const { backend, server } = await setUp(good, { api_key_env: "SOME_KEY" }, undefined, changing);
    await generate(backend);
    changing.SOME_KEY = "second";
    await generate(backend);
    expect(server.requests.map((request) => request.headers.authorization)).toEqual([
      "Bearer first",
      "Bearer first",
      "Bearer second",
    ]);
  });

  it("is in no failure, even where the endpoint repeats it", async () => {
    for (const status of [400, 401, 403, 500]) {
      const { backend } = await setUp(
        ({ response, request }) => {
          response
            .writeHead(status)
            .end(JSON.stringify({ error: { message: `bad ${request.headers.authorization}` } }));
        },
        { api_key_env: "SOME_KEY", model: "m" },
        undefined,
        env,
      );
      const [end] = endsOf(await generate(backend));
      expect(end?.failure).toContain(String(status));
      expect(end?.failure).not.toContain("sk-very-secret");
    }
    const { backend } = await setUp(
      ({ send, response, request }) => {
        send({ error: { message: `bad ${request.headers.authorization}` } });
        response.end();
      },
      { api_key_env: "SOME_KEY", model: "m" },
      undefined,
      env,
    );
    expect(JSON.stringify(await generate(backend))).not.toContain("sk-very-secret");
  });

  it("that is missing or unusable is told by the variable's name", async () => {
    const missing = await setUp(good, { api_key_env: "SOME_KEY" });
    await expect(missing.backend.listModels()).rejects.toThrow("the variable SOME_KEY");
    const unusable = await setUp(good, { api_key_env: "SOME_KEY" }, undefined, { SOME_KEY: "sk-\nsecret" });
    const error = await unusable.backend.listModels().catch((reason) => reason);
    expect(error).toMatchObject({ code: "failed-precondition" });
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain("secret");
  });
});
