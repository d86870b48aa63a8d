import { cpSync, existsSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { problemFromPrompt, type ScoringEvent, type Verdict, type VerifierName } from "@reckon/core";
import { AnswerKind } from "@reckon/proto/reckon/types/v1/problem";
import { type ScoreRequest, VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { createRpcClient, createVerifierClient, fromConnectError, type RpcServer } from "@reckon/rpc";
import { startTestServer, type TestServer } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadedPrm, loadPrm } from "./load-prm.ts";
import { createVerifierService, type VerifierServiceOptions } from "./service.ts";

const question = "Solve: x^2 - 5x + 6 = 0";
const goodSteps = ["5 * 5 = 25", "4 * 6 = 24", "25 - 24 = 1"];

async function serve(options: VerifierServiceOptions): Promise<TestServer> {
  return startTestServer((router) => router.service(VerifierService, createVerifierService(options)), {
    service: "verifier",
  });
}

function targetOf(server: RpcServer): string {
  return `${server.host}:${server.port}`;
}

function said(verdicts: readonly Verdict[], verifier: VerifierName): number | string | undefined {
  const verdict = verdicts.find((each) => each.verifier === verifier);
  return verdict === undefined ? undefined : "score" in verdict ? verdict.score : verdict.abstention;
}

async function collect(events: AsyncIterable<ScoringEvent>): Promise<ScoringEvent[]> {
  const all: ScoringEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Sends raw requests and returns the code and sentence of the refusal. */
async function refusal(server: RpcServer, requests: object[]): Promise<string> {
  const client = createRpcClient(VerifierService, { target: targetOf(server) });
  const stream = async function* () {
    for (const request of requests) yield { request } as unknown as ScoreRequest;
  };
  try {
    for await (const response of client.score(stream())) void response;
    return "no refusal";
  } catch (thrown) {
    const error = fromConnectError(thrown);
    return `${error.code}: ${error.message}`;
  } finally {
    client.close();
  }
}

const open = { case: "open", value: { problem: { prompt: question } } };
const step = (sample: number, index: number, text = "5 * 5 = 25", last = false) => ({
  case: "step",
  value: { sample, step: index, text, last },
});

describe("VerifierService without a process reward model", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve({ prmMissing: "no process reward model is loaded: prm.onnx is missing" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("checks steps and answers, and says that the model is missing", async () => {
    const verifier = createVerifierClient(targetOf(server));
    const scoring = await verifier.open(problemFromPrompt(question));
    scoring.step(0, 0, "5 * 5 = 25", false);
    scoring.step(1, 0, "5 * 5 = 26", false);
    scoring.answer(0, "x = 2 or x = 3");
    scoring.answer(1, "x = 2");
    scoring.finish();
    const events = await collect(scoring.events);
    const scores = events.map((event) => [event.sample, event.type, said(event.verdicts, "checker")]);
    expect(scores.sort()).toEqual([
      [0, "answer-verdicts", 1],
      [0, "step-verdicts", 1],
      [1, "answer-verdicts", 0],
      [1, "step-verdicts", 0],
    ]);
    for (const event of events) {
      expect(said(event.verdicts, "prm")).toContain("prm.onnx is missing");
      expect(event.verifierTokens).toBe(0);
    }
    await verifier.close();
  });

  it("asks only the verifiers that the client names", async () => {
    const verifier = createVerifierClient(targetOf(server), { names: ["prm", "judge"] });
    const scoring = await verifier.open(problemFromPrompt(question));
    scoring.step(0, 0, "5 * 5 = 25", true);
    scoring.finish();
    const [event] = await collect(scoring.events);
    expect(event?.verdicts.map((verdict) => verdict.verifier)).toEqual(["prm", "judge"]);
    expect(said(event?.verdicts ?? [], "judge")).toContain("no verifier judge");
    await verifier.close();
  });

  it("refuses steps out of order, naming the sample and the step", async () => {
    const gap = await refusal(server, [open, step(7, 0), step(7, 2)]);
    expect(gap).toMatch(/^invalid-argument: .*sample 7: step 2 .*step 1 is next/);
    expect(await refusal(server, [open, step(3, 1)])).toMatch(/^invalid-argument: .*sample 3: step 1 .*step 0 is next/);
    expect(await refusal(server, [open, step(3, 0), step(3, 0)])).toMatch(/^invalid-argument: .*sample 3: step 0/);
    expect(await refusal(server, [open, step(3, 0, "a", true), step(3, 1)])).toMatch(
      /^invalid-argument: .*after its last/,
    );
  });

  it("refuses calls that do not begin with an open problem, and unknown verifiers", async () => {
    expect(await refusal(server, [step(0, 0)])).toMatch(/^invalid-argument: .*not open/);
    expect(await refusal(server, [])).toMatch(/^invalid-argument/);
    expect(await refusal(server, [open, open])).toMatch(/^invalid-argument: .*second open/);
    const unknown = { case: "open", value: { problem: { prompt: "1 + 1" }, verifiers: ["oracle"] } };
    expect(await refusal(server, [unknown])).toMatch(/^invalid-argument: .*oracle/);
  });

  it("gives no verdicts on samples that were dropped, and ends all the same", async () => {
    const verifier = createVerifierClient(targetOf(server));
    const scoring = await verifier.open(problemFromPrompt(question));
    scoring.step(0, 0, "5 * 5 = 25", false);
    scoring.drop(0);
    scoring.step(1, 0, "5 * 5 = 25", false);
    scoring.finish();
    const events = await collect(scoring.events);
    expect(events.filter((event) => event.sample === 1)).toHaveLength(1);
    expect(events.filter((event) => event.sample === 0).flatMap((event) => event.verdicts)).toEqual([]);
    await verifier.close();
  });

  it("leaves no handler when clients go away in mid-stream", async () => {
    const verifier = createVerifierClient(targetOf(server));
    for (let call = 0; call < 20; call += 1) {
      const scoring = await verifier.open(problemFromPrompt(question));
      scoring.step(0, 0, "5 * 5 = 25", false);
      for await (const event of scoring.events) {
        expect(event.sample).toBe(0);
        break;
      }
    }
    await expect.poll(() => server.liveHandlers()).toBe(0);
    await verifier.close();
  });

  it("clusters answers of a given or inferred kind", async () => {
    const client = createRpcClient(VerifierService, { target: targetOf(server) });
    const { classes } = await client.checkEquivalence({ answers: ["x = 2 or x = 3", "5", "{3, 2}", "5.0"] });
    expect(classes.map(({ canonical, members }) => [canonical, members])).toEqual([
      ["{2, 3}", [0, 2]],
      ["5", [1, 3]],
    ]);
    const choices = await client.checkEquivalence({ answers: ["(B)", "b.", "C"], answerKind: AnswerKind.CHOICE });
    expect(choices.classes.map(({ members }) => members)).toEqual([[0, 1], [2]]);
    client.close();
  });

  it("refuses too many, too long and no answers, naming the limit", async () => {
    const client = createRpcClient(VerifierService, { target: targetOf(server) });
    const complaint = async (answers: string[], answerKind?: number): Promise<string> => {
      const error = await client
        .checkEquivalence({ answers, answerKind: answerKind as AnswerKind })
        .then(() => undefined, fromConnectError);
      return `${error?.code}: ${error?.message}`;
    };
    expect(await complaint([])).toMatch(/^invalid-argument: .*answers.*1/);
    expect(await complaint(Array.from({ length: 4_097 }, String))).toMatch(/^invalid-argument: .*4097.*4096/);
    expect(await complaint(["9".repeat(65_537)])).toMatch(/^invalid-argument: .*65537.*65536/);
    expect(await complaint(["1"], 99)).toMatch(/^invalid-argument: .*99/);
    const hostile = await client.checkEquivalence({
      answers: ["(".repeat(65_536), "9".repeat(50_000), "\\frac{".repeat(9_000)],
    });
    expect(hostile.classes).toHaveLength(3);
    client.close();
  });
});

const weights = fileURLToPath(new URL("../../../models/weights/model.json", import.meta.url));

describe.runIf(existsSync(weights))("VerifierService with the embedded process reward model", () => {
  let server: TestServer;
  let loaded: LoadedPrm;
  beforeAll(async () => {
    loaded = await loadPrm({});
    server = await serve(loaded);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await loaded.close();
  });

  it("scores each step of many samples, and the sample by the lowest step", async () => {
    const verifier = createVerifierClient(targetOf(server), { names: ["prm"] });
    const scoring = await verifier.open(problemFromPrompt(question));
    for (let sample = 0; sample < 8; sample += 1) {
      for (const [index, text] of goodSteps.entries()) scoring.step(sample, index, text, false);
      scoring.answer(sample, "x = 2 or x = 3");
    }
    scoring.finish();
    const events = await collect(scoring.events);
    expect(events).toHaveLength(8 * 4);
    for (const event of events) {
      expect(event.verdicts).toHaveLength(1);
      expect(said(event.verdicts, "prm")).toBeTypeOf("number");
      if (event.type === "step-verdicts") expect(event.verifierTokens).toBeGreaterThan(0);
    }
    const ofFirst = events.filter((event) => event.sample === 0);
    const scores = ofFirst.map((event) => said(event.verdicts, "prm") as number);
    if (loaded.prm !== undefined && (loaded.aggregation ?? "min") === "min") {
      expect(scores.at(-1)).toBeCloseTo(Math.min(...scores.slice(0, -1)), 12);
    }
    await verifier.close();
  });

  it("abstains, and goes on, where a step does not fit the model's context", async () => {
    const verifier = createVerifierClient(targetOf(server));
    const scoring = await verifier.open(problemFromPrompt(question));
    scoring.step(0, 0, "1 + ".repeat(2_000), false);
    scoring.step(0, 1, "5 * 5 = 25", false);
    scoring.step(1, 0, "5 * 5 = 25", false);
    scoring.finish();
    const events = await collect(scoring.events);
    const of = (sample: number, index: number) =>
      said(
        events.find((e) => e.type === "step-verdicts" && e.sample === sample && e.step === index)?.verdicts ?? [],
        "prm",
      );
    expect(of(0, 0)).toContain("context");
    expect(of(0, 1)).toContain("earlier step");
    expect(of(1, 0)).toBeTypeOf("number");
    await verifier.close();
  });

  it("abstains where the problem does not fit the model's context, and the checker does not care", async () => {
    const verifier = createVerifierClient(targetOf(server));
    const scoring = await verifier.open(problemFromPrompt(`Compute ${"1 + ".repeat(400)}1.`));
    scoring.answer(0, "401");
    scoring.step(0, 0, "1 + 1 = 2", false);
    scoring.finish();
    const events = await collect(scoring.events);
    expect(events).toHaveLength(2);
    expect(events.map((event) => said(event.verdicts, "checker"))).toEqual([1, 1]);
    for (const event of events) expect(said(event.verdicts, "prm")).toContain("context");
    await verifier.close();
  });

  it("abstains from a question out of its field", async () => {
    const verifier = createVerifierClient(targetOf(server));
    const scoring = await verifier.open(problemFromPrompt("What is the capital of France?"));
    scoring.step(0, 0, "1 * 2 = 2", false);
    scoring.answer(0, "2");
    scoring.finish();
    const events = await collect(scoring.events);
    expect(events).toHaveLength(2);
    for (const event of events) {
      expect(said(event.verdicts, "prm")).toContain("no number");
      expect(said(event.verdicts, "checker")).toContain("no number");
    }
    await verifier.close();
  });
});

describe("loadPrm", () => {
  it("says which file is missing instead of failing", async () => {
    const loaded = await loadPrm({ weightsDir: "/nonexistent" });
    expect(loaded.prm).toBeUndefined();
    expect(loaded).toMatchObject({ prmMissing: expect.stringContaining("model.json") as unknown });
  });

  it.runIf(existsSync(weights))("names a model file that is damaged", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reckon-verifier-"));
    try {
      cpSync(dirname(weights), folder, { recursive: true });
      truncateSync(join(folder, "prm.onnx"), 1_000);
      const loaded = await loadPrm({ weightsDir: folder });
      expect(loaded).toMatchObject({ prm: undefined, prmMissing: expect.stringContaining("prm.onnx") as unknown });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("rejects options out of range", async () => {
    await expect(loadPrm({ threads: 0 })).rejects.toThrow("threads");
  });
});
