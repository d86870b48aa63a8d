import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { type Cluster, startCluster } from "@reckon/bench";
import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import {
  OrchestratorService,
  type SolveBatchRequestSchema,
  type SolveOptionsSchema,
} from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { Method } from "@reckon/proto/reckon/types/v1/plan";
import { Role } from "@reckon/proto/reckon/types/v1/problem";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { refusalOf } from "../src/refusal.ts";

let cluster: Cluster;
let orchestrator: Client<typeof OrchestratorService>;
let models: Client<typeof ModelService>;
let verifier: Client<typeof VerifierService>;
let difficulty: Client<typeof DifficultyService>;

beforeAll(async () => {
  cluster = await startCluster();
  const over = (name: keyof Cluster["services"]) => createGrpcTransport({ baseUrl: cluster.services[name].url });
  orchestrator = createClient(OrchestratorService, over("orchestrator"));
  models = createClient(ModelService, over("model-proxy"));
  verifier = createClient(VerifierService, over("verifier"));
  difficulty = createClient(DifficultyService, over("difficulty"));
});
afterAll(() => cluster?.stop());

afterEach(async () => {
  const events = await Array.fromAsync(
    orchestrator.solve({ problem: { prompt: "What is 4 + 5?" }, options: { samples: 1, maxSteps: 8 } }),
  );
  expect(events.at(-1)?.event?.event.case, "it no longer serves").toBe("solveEnded");
});

const good = { prompt: "What is 4 + 5?" };
const all = <T>(stream: AsyncIterable<T>) => Array.fromAsync(stream);

describe("a prompt is refused with its field and its limit", () => {
  const prompts: [string, string, RegExp][] = [
    ["empty", "", /0 bytes.*1/],
    ["of 10 MB", "7".repeat(10_000_000), /10,?000,?000.*1,?048,?576|1,?048,?576.*10,?000,?000/],
    ["with a NUL byte", "What is 4\0 + 5?", /NUL/i],
  ];
  it.each(prompts)("%s", async (_, prompt, description) => {
    for (const call of [
      () => all(orchestrator.solve({ problem: { prompt } })),
      () => difficulty.estimate({ problem: { prompt } }),
      () => all(models.generate({ problem: { prompt } })),
    ]) {
      const refusal = await refusalOf(call());
      expect(refusal.code).toBe("InvalidArgument");
      expect(refusal.fields["problem.prompt"] ?? JSON.stringify(refusal)).toMatch(description);
      expect(refusal.message.length).toBeLessThan(1_000);
    }
  });

  it("missing altogether", async () => {
    const refusal = await refusalOf(all(orchestrator.solve({})));
    expect(refusal.code).toBe("InvalidArgument");
    expect(Object.keys(refusal.fields)).toEqual(["problem"]);
  });

  it("given twice, as prompt and as messages", async () => {
    const problem = { ...good, messages: [{ role: Role.USER, content: "What is 4 + 5?" }] };
    expect((await refusalOf(all(orchestrator.solve({ problem })))).code).toBe("InvalidArgument");
  });
});

describe("an option is refused with its field, its value and its limit", () => {
  const options: [string, MessageInitShape<typeof SolveOptionsSchema>, string, RegExp][] = [
    ["N = 0", { samples: 0 }, "options.samples", /\b0\b.*\b1\b/],
    ["N = 10^9", { samples: 1_000_000_000 }, "options.samples", /1,?000,?000,?000.*256/],
    ["65 steps", { maxSteps: 65 }, "options.max_steps", /65.*64/],
    ["a window of 0", { window: 0 }, "options.window", /\b0\b.*\b1\b/],
    ["a negative deadline", { timeout: { seconds: -5n, nanos: 0 } }, "options.timeout", /-5/],
    ["a deadline of a day", { timeout: { seconds: 86_400n, nanos: 0 } }, "options.timeout", /86,?400.*(600|10 min)/],
    ["temperature NaN", { temperature: Number.NaN }, "options.temperature", /not a number.*0.*2/],
    ["temperature infinite", { temperature: Number.POSITIVE_INFINITY }, "options.temperature", /Infinity.*2/],
    ["temperature 2.5", { temperature: 2.5 }, "options.temperature", /2\.5.*2/],
    ["top_p 0", { topP: 0 }, "options.top_p", /\b0\b.*above.*0/],
    ["an unknown strategy", { strategy: 99 as never }, "options.strategy", /99/],
    ["an unknown method", { method: -1 as never }, "options.method", /-1/],
    ["difficulty -1", { difficulty: -1 }, "options.difficulty", /-1.*0/],
    ["17 rounds", { verificationRounds: 17 }, "options.verification_rounds", /17.*16/],
    ["a threshold of 0", { confidenceThreshold: 0 }, "options.confidence_threshold", /\b0\b.*above.*0/],
    ["a seed beyond 2^53", { seed: 2n ** 60n }, "options.seed", /1152921504606846976|2\^53|9007199254740991/],
    ["17 expansions", { expansions: 17 }, "options.expansions", /17.*16/],
    ["9 steps ahead", { lookAhead: 9 }, "options.look_ahead", /\b9\b.*8/],
    ["17 drafts", { drafts: 17 }, "options.drafts", /17.*16/],
    ["0 attempts", { attempts: 0 }, "options.attempts", /\b0\b.*\b1\b/],
    ["a budget of 0", { maxOutputTokens: 0n }, "options.max_output_tokens", /\b0\b.*1/],
  ];
  it.each(options)("%s", async (_, option, field, description) => {
    const refusal = await refusalOf(all(orchestrator.solve({ problem: good, options: option })));
    expect(refusal.code).toBe("InvalidArgument");
    expect(refusal.fields[field] ?? JSON.stringify(refusal)).toMatch(description);
  });

  it("several at once, each told", async () => {
    const options = { samples: 0, temperature: 9, maxSteps: 1000 };
    const { fields } = await refusalOf(all(orchestrator.solve({ problem: good, options })));
    expect(Object.keys(fields).sort()).toEqual(["options.max_steps", "options.samples", "options.temperature"]);
  });

  it("a search by verdicts that may ask no verifier, by its name", async () => {
    const options = { method: Method.TREE, verificationRounds: 0 };
    const refusal = await refusalOf(all(orchestrator.solve({ problem: good, options })));
    expect(refusal.code).toBe("InvalidArgument");
    expect(JSON.stringify(refusal)).toMatch(/tree/);
  });

  it("a model that there is not, by its name", async () => {
    const refusal = await refusalOf(all(orchestrator.solve({ problem: good, options: { model: "gpt-0" } })));
    expect(refusal.message).toMatch(/gpt-0/);
  });
});

describe("a batch is refused", () => {
  const batches: [string, MessageInitShape<typeof SolveBatchRequestSchema>, RegExp][] = [
    ["without items", { items: [] }, /items.*0.*1|items.*1.*10,?000/],
    ["of 10,001 items", { items: Array.from({ length: 10_001 }, () => ({ problem: good })) }, /10,?001.*10,?000/],
    ["of 20 MiB", { items: Array.from({ length: 20 }, () => ({ problem: { prompt: "1+".repeat(2 ** 19) } })) }, /16/],
    [
      "with an id twice",
      {
        items: [
          { id: "a", problem: good },
          { id: "a", problem: good },
        ],
      },
      /"?a"?/,
    ],
    ["with 300 at once", { items: [{ problem: good }], maxParallel: 300 }, /300.*256/],
    ["with a bad item, named by its index", { items: [{ problem: good }, { problem: { prompt: "" } }] }, /items\[1\]/],
  ];
  it.each(batches)("%s", async (_, batch, description) => {
    const refusal = await refusalOf(all(orchestrator.solveBatch(batch)));
    expect(["InvalidArgument", "ResourceExhausted"]).toContain(refusal.code);
    expect(`${JSON.stringify(refusal.fields)} ${refusal.message}`).toMatch(description);
  });
});

describe("the services behind refuse too", () => {
  it.each([
    ["10^9 samples", { samples: 1_000_000_000 }, /samples.*1,?000,?000,?000.*256/],
    ["temperature NaN", { options: { temperature: Number.NaN } }, /temperature.*not a number.*0.*2/],
    ["21 top logprobs", { options: { logprobs: true, topLogprobs: 21 } }, /top_logprobs.*21.*20/],
    ["17 stop texts", { options: { stop: Array.from({ length: 17 }, () => "x") } }, /stop.*17.*16/],
    ["0 tokens", { options: { maxTokens: 0 } }, /max_tokens.*0.*1/],
  ])("the model-proxy: %s", async (_, request, description) => {
    const refusal = await refusalOf(all(models.generate({ problem: good, ...request })));
    expect(refusal.code).toBe("InvalidArgument");
    expect(`${JSON.stringify(refusal.fields)} ${refusal.message}`).toMatch(description);
  });

  it("the model-proxy: a window that does not begin with `open`", async () => {
    const requests = async function* () {
      yield { request: { case: "start" as const, value: { sample: 0 } } };
    };
    expect((await refusalOf(all(models.generateWindow(requests())))).message).toMatch(/open/);
  });

  it("the verifier: steps with a gap, and 4,097 answers", async () => {
    const requests = async function* () {
      yield { request: { case: "open" as const, value: { problem: good } } };
      yield { request: { case: "step" as const, value: { sample: 0, step: 3, text: "4 + 5 = 9" } } };
    };
    expect((await refusalOf(all(verifier.score(requests())))).code).toBe("InvalidArgument");
    const answers = Array.from({ length: 4_097 }, (_, i) => `${i}`);
    expect((await refusalOf(verifier.checkEquivalence({ answers }))).message).toMatch(/4,?097.*4,?096/);
  });

  it("difficulty: an empty batch, and an outcome with more votes for than there were", async () => {
    expect((await refusalOf(difficulty.estimateBatch({ problems: [] }))).code).toBe("InvalidArgument");
    const outcome = { solveId: "x", problem: good, difficulty: 0.5, votesForAnswer: 5, votes: 2 };
    expect((await refusalOf(difficulty.recordOutcome(outcome))).message).toMatch(/5.*2|votes/);
  });
});

describe("what the border lets through but the model cannot read", () => {
  it("a prompt of 50,000 digits ends with a reason that names the model's limit", async () => {
    const prompt = `What is ${"7".repeat(50_000)} + 1?`;
    const end = await all(orchestrator.solve({ problem: { prompt } })).catch((error: unknown) => error);
    if (Array.isArray(end)) {
      const last = end.at(-1)?.event?.event;
      expect(last).toMatchObject({ case: "solveEnded", value: { outcome: { answer: "" } } });
      expect(JSON.stringify(last?.value?.outcome?.failure)).toMatch(/512/);
    } else expect(String(end)).toMatch(/512/);
  });

  it("a question out of the model's field gets an answer or none, and no crash", async () => {
    const problem = { prompt: "Who wrote the Iliad? 🏺 Ποιος; 誰が書いた？" };
    const events = await all(orchestrator.solve({ problem, options: { samples: 4 } }));
    expect(events.at(-1)?.event?.event.case).toBe("solveEnded");
  });
});
