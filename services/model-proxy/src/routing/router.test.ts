import { type Model, problemFromPrompt, ReckonError } from "@reckon/core";
import { createFakeClock } from "@reckon/testing";
import { describe, expect, it } from "vitest";
import { endsOf, type Script, say, scriptPools, textOf } from "./scripted-pools.fixture.ts";

const answer = say("1 + 1 = 2");
const good: Script = () => answer;
const urls = (...hosts: string[]) => hosts.map((host) => `http://${host}:8000/v1`);
const pool = (host: string, more: object = {}) => ({ kind: "vllm", endpoints: urls(host), ...more });
const pools = (sections: object, script: Script = good, more?: Parameters<typeof scriptPools>[3]) =>
  scriptPools(createFakeClock(1_000_000), { ...sections }, script, more);

describe("affinity", () => {
  const two = { pools: { p: { kind: "vllm", endpoints: urls("a", "b") } } };
  const slow: Script = () => [{ waitMs: 1_000 }, ...answer];

  it("sends the samples of one solve to one replica, and solves to all of them", async () => {
    const { generate, requests } = pools(two, slow);
    const homes = new Set<string>();
    for (let solve = 0; solve < 12; solve += 1) {
      const before = requests.length;
      await generate(8, { routing: { affinityKey: `solve-${solve}` } });
      const replicas = new Set(requests.slice(before).map(({ replica }) => replica));
      expect(replicas.size).toBe(1);
      for (const replica of replicas) homes.add(replica);
    }
    expect([...homes].sort()).toEqual(["a:8000", "b:8000"]);
  });

  it("spreads the samples of a solve where it is switched off", async () => {
    const { generate, requests } = pools({ ...two, routing: { affinity: false } }, slow);
    await generate(16, { routing: { affinityKey: "one" } });
    expect(new Set(requests.map(({ replica }) => replica)).size).toBe(2);
  });

  it("spills to another replica beyond 1.25 times the mean load, and says so", async () => {
    const { generate, requests } = pools(two, slow);
    const ends = endsOf(await generate(40, { routing: { affinityKey: "one" } }));
    const counts = ["a:8000", "b:8000"].map((name) => requests.filter(({ replica }) => replica === name).length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(1.25 * 20));
    expect(Math.max(...counts)).toBeGreaterThan(20);
    const spilled = ends.filter(({ route }) => route?.notes.some((note) => note.includes("spilled")));
    expect(spilled).toHaveLength(Math.min(...counts));
  });

  it("never gives a replica more than max_parallel; the urgent wait less", async () => {
    const sections = { pools: { p: pool("a", { max_parallel: 2 }) } };
    const { router, requests, drive, clock } = pools(sections, slow);
    const open = (priority: number) => drive(router.open(problemFromPrompt("x"), { routing: { priority } }));
    const [low, high] = [await open(-5), await open(5)];
    for (let i = 0; i < 4; i += 1) low.start(i);
    await clock.advance(10);
    for (let i = 0; i < 2; i += 1) high.start(100 + i);
    await clock.advance(10);
    expect(await router.load()).toMatchObject({ liveSamples: 6, queuedSamples: 4 });
    for (const generation of [low, high]) generation.finish();
    const ends = endsOf((await drive(Promise.all([low, high].map((one) => Array.fromAsync(one.events))))).flat());
    expect(ends.every(({ reason }) => reason === "stop")).toBe(true);
    expect(requests.map(({ sample }) => sample)).toEqual([0, 1, 100, 101, 2, 3]);
  });
});

describe("the choice of a pool", () => {
  const used = async (sections: object, options: object, prompt = "x", models?: (name: string) => Partial<Model>[]) => {
    const { router, requests, drive } = pools(sections, good, models && { models });
    const generation = await drive(router.open(problemFromPrompt(prompt), options));
    generation.start(0);
    generation.finish();
    await drive(Array.fromAsync(generation.events));
    return requests[0]?.replica;
  };

  it("takes the cheapest one whose range holds the difficulty, and any where it is not known", async () => {
    const sections = {
      pools: {
        large: pool("large", { price_prompt: 5, price_output: 10, min_difficulty: 0.5 }),
        small: pool("small", { price_prompt: 0.1, price_output: 0.2, max_difficulty: 0.8 }),
      },
    };
    expect(await used(sections, { routing: { difficulty: 0.1 } })).toBe("small:8000");
    expect(await used(sections, { routing: { difficulty: 0.6 } })).toBe("small:8000");
    expect(await used(sections, { routing: { difficulty: 0.9 } })).toBe("large:8000");
    expect(await used(sections, {})).toBe("small:8000");
    expect(await used(sections, { model: "auto", routing: { difficulty: 0.9 } })).toBe("large:8000");
    expect(await used(sections, { model: "large/", routing: { difficulty: 0.1 } })).toBe("large:8000");
    expect(await used(sections, { model: "small-model", routing: { difficulty: 0.9 } })).toBe("small:8000");
  });

  it("sends prompts beyond the threshold to mamba, and only those", async () => {
    const sections = {
      routing: { mamba_threshold: 100 },
      pools: { t: pool("t"), m: pool("m", { architecture: "mamba", weight: 1_000 }) },
    };
    expect(await used(sections, {}, "word ".repeat(20))).toBe("t:8000");
    expect(await used(sections, {}, "word ".repeat(200))).toBe("m:8000");
  });

  it("leaves out what cannot do what is asked, or has too small a context", async () => {
    const sections = { pools: { few: pool("few", { weight: 1_000 }), all: pool("all", { weight: 0.001 }) } };
    const capabilities = { logprobs: false, seed: false, policies: ["baseline"] } as never;
    const models = (name: string) => (name === "few" ? [{ capabilities, contextLength: 64 }] : [{}]);
    expect(await used(sections, {}, "x", models)).toBe("few:8000");
    expect(await used(sections, { logprobs: true }, "x", models)).toBe("all:8000");
    expect(await used(sections, { seed: 1 }, "x", models)).toBe("all:8000");
    expect(await used(sections, { maxTokens: 1_000 }, "x", models)).toBe("all:8000");
  });

  it("shares pools of one price by weight, keeping a solve together", async () => {
    const sections = { pools: { one: pool("one", { weight: 1 }), three: pool("three", { weight: 3 }) } };
    const { generate, requests } = pools(sections);
    for (let i = 0; i < 200; i += 1) await generate(2, { routing: { affinityKey: `s${i}` } });
    const three = requests.filter(({ replica }) => replica === "three:8000").length / requests.length;
    expect(three).toBeGreaterThan(0.65);
    expect(three).toBeLessThan(0.85);
    for (let i = 0; i < requests.length; i += 2) expect(requests[i]?.replica).toBe(requests[i + 1]?.replica);
  });

  it("lets a solve span pools where one is full", async () => {
    const sections = { pools: { a: pool("a", { max_parallel: 3, price_prompt: 1, price_output: 1 }), b: pool("b") } };
    const { generate, requests } = pools(sections, () => [{ waitMs: 100 }, ...answer]);
    await generate(8);
    expect(requests.filter(({ replica }) => replica === "a:8000")).toHaveLength(3);
    expect(requests).toHaveLength(8);
  });
});

describe("fallbacks", () => {
  const chain = {
    pools: {
      first: pool("first", { fallback: ["second"], price_prompt: 1, price_output: 1 }),
      second: pool("second", { weight: 0, fallback: ["third"], price_prompt: 2, price_output: 3 }),
      third: pool("third", { weight: 0, price_prompt: 4, price_output: 2 }),
    },
    routing: { breaker_failures: 1, max_retries: 3, retry_base: 0 },
  };
  const downTo =
    (...hosts: string[]): Script =>
    ({ replica }) =>
      hosts.includes(replica.split(":")[0] as string) ? [{ fail: "unavailable" }] : answer;

  it("take over in their order, and the sample tells why", async () => {
    const { generate } = pools(chain, downTo("first", "second"));
    const [end] = endsOf(await generate(1));
    expect(end).toMatchObject({ reason: "stop", route: { backend: "third", attempts: 1 } });
    const fallback = end?.route?.degradation;
    expect(fallback).toMatch(/fallback from first to third: .*circuit breaker open/);
    expect(end?.route?.costUsd).toBeCloseTo((10 * 4 + 5 * 2) / 1e6, 12);
  });

  it("take a sample that has failed on every replica of its pool, before the breakers open", async () => {
    const patient = { ...chain, routing: { retry_base: 0 } };
    const { generate, requests } = pools(patient, downTo("first"));
    const [end] = endsOf(await generate(1));
    expect(end).toMatchObject({ reason: "stop", route: { backend: "second" } });
    expect(requests.map(({ replica }) => replica)).toEqual(["first:8000", "second:8000"]);
  });

  it("are part of the highest price that a model may have", async () => {
    const { router, drive } = pools(chain);
    const [model] = await drive(router.listModels());
    expect(model).toMatchObject({ id: "first-model", prices: { promptUsd: 4, outputUsd: 3 } });
  });

  it("do not happen while the pool itself is merely full", async () => {
    const sections = { ...chain, pools: { ...chain.pools, first: { ...chain.pools.first, max_parallel: 1 } } };
    const { generate, requests } = pools(sections);
    await generate(4);
    expect(new Set(requests.map(({ replica }) => replica))).toEqual(new Set(["first:8000"]));
  });
});

describe("names of models", () => {
  const sections = {
    backends: { one: { url: "http://one:1/v1" }, two: { url: "http://two:2/v1" }, inside: { kind: "embedded" } },
  };
  const models = (name: string) =>
    ({ one: [{ id: "m" }, { id: "only-one" }], two: [{ id: "m" }, { id: "only/two" }] })[name] ?? [{}];

  it("are listed once each, the default backend's first", async () => {
    const { router, drive } = pools(sections, good, { models });
    const listed = await drive(router.listModels());
    expect(listed.map(({ id, backend }) => [id, backend])).toEqual([
      ["m", "one"],
      ["only-one", "one"],
      ["two/m", "two"],
      ["only/two", "two"],
      ["inside-model", "inside"],
    ]);
  });

  it("lead to the backend that has the model, by id, by backend and id, or by backend alone", async () => {
    const { generate, requests } = pools(sections, good, { models });
    const askedFor = async (model: string) => {
      await generate(1, { model });
      const { replica, options } = requests.at(-1) ?? {};
      return `${replica} ${options?.model}`;
    };
    expect(await askedFor("")).toBe("one:1 m");
    expect(await askedFor("m")).toBe("one:1 m");
    expect(await askedFor("two/m")).toBe("two:2 m");
    expect(await askedFor("only/two")).toBe("two:2 only/two");
    expect(await askedFor("two/only/two")).toBe("two:2 only/two");
    expect(await askedFor("one/only-one")).toBe("one:1 only-one");
    expect(await askedFor("two/")).toBe("two:2 m");
    await expect(askedFor("x")).rejects.toMatchObject({
      code: "not-found",
      message: 'there is no model "x"; there are "m", "only-one", "two/m", "only/two", "inside-model"',
    });
  });

  it("of several open pools stand for all of them, with one for whichever fits", async () => {
    const open = { pools: { a: pool("a"), b: pool("b"), c: pool("c") } };
    const same = (name: string) => [
      { id: name === "c" ? "large" : "small", contextLength: name === "c" ? 9_000 : 4_000 },
    ];
    const { router, drive } = pools(open, good, { models: same });
    const listed = await drive(router.listModels());
    expect(listed.map(({ id }) => id)).toEqual(["auto", "small", "a/small", "b/small", "large"]);
    expect(listed[0]).toMatchObject({ backend: "router", contextLength: 9_000, capabilities: { logprobs: true } });
  });
});

describe("a backend that does not answer", () => {
  const sections = { backends: { one: { url: "http://one:1/v1" }, two: { url: "http://two:2/v1" } } };
  const down = (...names: string[]) => ({
    models: (name: string) => {
      if (names.includes(name)) throw new ReckonError("unavailable", `${name} is down`);
      return [{}];
    },
  });

  it("is left out with a warning, unless it is needed", async () => {
    const { router, generate, warnings, drive } = pools(sections, good, down("two"));
    expect((await drive(router.listModels())).map(({ id }) => id)).toEqual(["one-model"]);
    await drive(router.listModels());
    expect(warnings).toEqual(["the models of backend two are left out: two is down"]);
    await expect(generate(1, { model: "two/m" })).rejects.toMatchObject({ code: "unavailable" });
    await expect(generate(1, { model: "m" })).rejects.toMatchObject({ code: "unavailable" });
    expect(endsOf(await generate(1, { model: "one-model" }))[0]?.reason).toBe("stop");
  });

  it("is an error where it is the default one", async () => {
    const { router, generate, drive } = pools(sections, good, down("one"));
    await expect(drive(router.listModels())).rejects.toMatchObject({ code: "unavailable" });
    expect(endsOf(await generate(1, { model: "two-model" }))[0]?.reason).toBe("stop");
  });
});

describe("the response cache", () => {
  const sections = { pools: { p: pool("a") }, routing: { cache_entries: 2, cache_ttl: 60 } };

  it("gives an equal request what the first one got, at no cost", async () => {
    const { generate, requests, news, clock } = pools(sections);
    const first = await generate(2, { seed: 7 });
    const again = await generate(2, { seed: 7, routing: { affinityKey: "another solve" } });
    expect(requests).toHaveLength(2);
    expect(textOf(again, 1)).toBe(textOf(first, 1));
    expect(endsOf(again)[0]).toMatchObject({
      reason: "stop",
      usage: { outputTokens: 0 },
      route: { attempts: 0, costUsd: 0 },
    });
    await generate(1, { seed: 8 });
    await clock.advance(61_000);
    await generate(1, { seed: 7 });
    expect(requests).toHaveLength(4);
    expect(news.filter((line) => line === "hit")).toHaveLength(2);
  });

  it("never gives one tenant what another one got, and keeps only what would come out the same", async () => {
    let tenant = "one";
    const { generate, requests } = pools(sections, good, { options: { tenant: () => tenant } });
    await generate(1, { seed: 7 });
    tenant = "two";
    await generate(1, { seed: 7 });
    await generate(1, { seed: 7, routing: { tenant: "one" } });
    expect(requests).toHaveLength(3);
    await generate(1, {});
    await generate(1, {});
    expect(requests).toHaveLength(5);
    await generate(1, { temperature: 0 });
    await generate(1, { temperature: 0 });
    expect(requests).toHaveLength(6);
  });

  it("is off where nothing is configured", async () => {
    const { generate, requests } = pools({ pools: { p: pool("a") } });
    for (let i = 0; i < 2; i += 1) await generate(1, { seed: 7 });
    expect(requests).toHaveLength(2);
  });
});

describe("replicas behind a name", () => {
  it("come and go with its addresses", async () => {
    let addresses = ["10.0.0.1", "10.0.0.2"];
    const sections = { pools: { p: { kind: "vllm", dns: "http://vllm:8000/v1", dns_refresh: 10 } } };
    const resolve = async () => addresses;
    const { router, generate, clock } = pools(sections, good, { options: { resolve } });
    await generate(1);
    const names = async () => (await router.load()).replicas?.map(({ replica }) => replica);
    expect(await names()).toEqual(["10.0.0.1:8000", "10.0.0.2:8000"]);
    addresses = ["10.0.0.2", "fd00::1"];
    await clock.advance(10_000);
    expect(await names()).toEqual(["10.0.0.2:8000", "[fd00::1]:8000"]);
    expect(endsOf(await generate(4)).every(({ reason }) => reason === "stop")).toBe(true);
    await router.close();
  });
});
