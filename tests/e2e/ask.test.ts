import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@reckon/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive, type RunningReckon, runReckon } from "../src/run-reckon.ts";

const question = "Solve: x^2 - 5x + 6 = 0";
// Long enough to be interrupted, whatever the model makes of it.
const long = ["-n", "256", "--no-early-stop", "--timeout", "2m", "--rounds", "0", "--temperature", "2"];
const folder = mkdtempSync(join(tmpdir(), "reckon-e2e-"));
let served: RunningReckon;
let url: string;

beforeAll(async () => {
  served = runReckon(["serve", "--port", "0"]);
  url = (await served.seen(/serves at (http:\/\/\S+)/))[1] as string;
});
afterAll(async () => {
  served?.child.kill("SIGTERM");
  await served?.ended;
  rmSync(folder, { recursive: true });
});

interface EventLine {
  readonly sequence: string;
  readonly solveStarted?: { readonly plan: { readonly samples: number } };
  readonly thoughtDelta?: { readonly sample?: number; readonly text: string };
  readonly solveEnded?: { readonly outcome: { readonly answer?: string; readonly stopReason: string } };
}
const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EventLine);

/** Process ids of the services that a command started with `--verbose` tells of. */
function servicesOf(run: RunningReckon): number[] {
  return [...run.stderr().matchAll(/"pid":(\d+),"url"/g)].map((match) => Number(match[1]));
}

describe("reckon ask, with services of its own", () => {
  it("starts four services, prints one event a line, ends with the outcome, and leaves nothing behind", async () => {
    const run = runReckon(["ask", "--json", "--verbose", question]);
    const status = await run.ended;
    const events = eventsOf(run.stdout());
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.solveStarted?.plan.samples).toBeGreaterThan(0);
    expect(events.some(({ thoughtDelta }) => thoughtDelta !== undefined)).toBe(true);
    const outcome = events.at(-1)?.solveEnded?.outcome;
    expect(outcome?.stopReason).toMatch(/^STOP_REASON_/);
    expect(status).toBe(outcome?.answer === undefined ? 1 : 0);
    expect(servicesOf(run)).toHaveLength(4);
    await eventually(() => expect(servicesOf(run).filter(isAlive)).toEqual([]));
  });

  it("takes its services with it when it is killed", async () => {
    const run = runReckon(["ask", "--json", "--verbose", question, ...long]);
    await run.seen(/thoughtDelta/);
    const services = servicesOf(run);
    expect(services).toHaveLength(4);
    run.child.kill("SIGKILL");
    expect(await run.ended).toBe("SIGKILL");
    await eventually(() => expect(services.filter(isAlive)).toEqual([]), 10_000);
  });
});

describe("reckon ask", () => {
  const ask = (...args: string[]) => runReckon(["ask", "--url", url, ...args]);

  it("prints plain lines where nobody watches, steps whole, the summary last", async () => {
    const run = ask(question);
    expect([0, 1]).toContain(await run.ended);
    const lines = run.stdout().trim().split("\n");
    expect(lines[0]).toMatch(/^difficulty 0\.\d\d, adaptive/);
    expect(lines.some((line) => /^\[1\] => /.test(line))).toBe(true);
    expect(run.stdout()).toMatch(/^(I reckon .* \(.* %\)|no answer: .*)$/m);
    expect(run.stdout()).toMatch(/^ {2}stopped: /m);
    expect(run.stdout().replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  it("shows signals, reasons, verdicts and the course of the confidence with --debug", async () => {
    const run = ask("--debug", "-n", "4", question);
    await run.ended;
    expect(run.stdout()).toMatch(/^signal length /m);
    expect(run.stdout()).toMatch(/^why: /m);
    expect(run.stdout()).toMatch(/first thought after /);
  });

  it("reads the question from stdin", async () => {
    const run = runReckon(["ask", "--url", url, "--json", "-n", "1"], { input: "What is 17 * 23?\n" });
    expect([0, 1]).toContain(await run.ended);
    expect(eventsOf(run.stdout()).at(-1)?.solveEnded).toBeDefined();
  });

  it("gives the same thoughts for the same seed", async () => {
    const thoughts = async () => {
      const run = ask("--json", "-n", "2", "--seed", "7", "--no-early-stop", "--rounds", "0", question);
      await run.ended;
      const texts = new Map<number, string>();
      for (const { thoughtDelta: delta } of eventsOf(run.stdout())) {
        if (delta) texts.set(delta.sample ?? 0, (texts.get(delta.sample ?? 0) ?? "") + delta.text);
      }
      return [...texts].sort(([a], [b]) => a - b);
    };
    expect(await thoughts()).toEqual(await thoughts());
  });

  it("cancels on the wire at Ctrl-C and says what it had", async () => {
    const run = ask(question, ...long);
    await run.seen(/^\[\d+\] =>/m);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.stdout()).toContain("stopped: cancelled");
    expect(run.stdout()).toMatch(/^(I reckon|no answer)/m);
  });

  it.each([
    { args: [], status: 2, message: /question is empty/ },
    { args: ["q", "-n", "0"], status: 2, message: /-n .*1 to 256/ },
    { args: ["q", "--colour"], status: 2, message: /unknown option --colour/ },
    { args: ["q", "--method", "beam", "--rounds", "0"], status: 2, message: /invalid argument: .*beam/ },
    { args: ["q", "--model", "gone"], status: 1, message: /not found: .*gone/ },
    { args: ["q", "--url", "http://127.0.0.1:9"], status: 3, message: /unavailable/ },
  ])("ends with $status for $args", async ({ args, status, message }) => {
    const run = runReckon(["ask", ...(args.includes("--url") ? [] : ["--url", url]), ...args]);
    expect(await run.ended).toBe(status);
    expect(run.stderr()).toMatch(message);
    expect(run.stdout()).toBe("");
  });

  it("ends with 4 when the time is up without an answer", async () => {
    const run = ask("--json", "--timeout", "2ms", "-n", "4", question);
    expect(await run.ended).toBe(4);
    expect(eventsOf(run.stdout()).at(-1)?.solveEnded?.outcome.stopReason).toBe("STOP_REASON_DEADLINE");
  });

  it("ends quietly when nobody reads on", async () => {
    const run = ask("--json", question, ...long);
    await run.seen(/thoughtDelta/);
    run.child.stdout.destroy();
    expect(await run.ended).toBe(141);
    expect(run.stderr()).toBe("");
  });
});

describe("reckon resume", () => {
  it("goes on with the solve of a client that was killed, from where it was, and cancels it at Ctrl-C", async () => {
    const killed = runReckon(["ask", "--url", url, "--json", question, ...long]);
    await killed.seen(/sampleEnded/);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const lines = killed.stdout().split("\n").slice(0, -1);
    const seen = eventsOf(lines.join("\n"));
    const solveId = (JSON.parse(lines[0] ?? "") as { solveStarted: { solveId: string } }).solveStarted.solveId;
    const after = Number(seen.at(-1)?.sequence);
    const run = runReckon(["resume", solveId, "--url", url, "--json", "--after", String(after)]);
    await run.seen(/thoughtDelta/);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    const events = eventsOf(run.stdout());
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => after + 1 + index));
    expect(events.at(-1)?.solveEnded?.outcome.stopReason).toBe("STOP_REASON_CANCELLED");
    const plain = runReckon(["resume", solveId, "--url", url]);
    expect([0, 1]).toContain(await plain.ended);
    expect(plain.stdout()).toContain("stopped: cancelled");
  });
});

describe("reckon batch", () => {
  const file = join(folder, "problems.jsonl");

  it("writes one result a line, to a file where asked", async () => {
    writeFileSync(
      file,
      '{"id": "a", "prompt": "What is 4 + 5?"}\n{"question": "What is 12 * 3?"}\n\n{"prompt": "Solve 3x + 5 = 20"}\n',
    );
    const out = join(folder, "results.jsonl");
    const run = runReckon(["batch", file, "--url", url, "-n", "2", "--out", out]);
    expect(await run.ended).toBe(0);
    const results = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; outcome: object });
    expect(results.map(({ id }) => id).sort()).toEqual(["2", "4", "a"]);
    for (const { outcome } of results)
      expect(outcome).toMatchObject({ stopReason: expect.stringMatching(/^STOP_REASON_/) });
    expect(run.stderr()).toContain("3/3");
  });

  it("names the lines that are wrong", async () => {
    writeFileSync(file, '{"prompt": "1 + 1"}\n{"prompt": ""}\nnot json\n');
    const run = runReckon(["batch", file, "--url", url]);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(`${file}:2: the prompt is empty`);
    expect(run.stderr()).toContain(`${file}:3: is not JSON`);
  });
});

describe("reckon estimate, models, version, help", () => {
  it("answer in words and in JSON", async () => {
    const estimate = runReckon(["estimate", "--url", url, "--json", "What is 17 * 23?"]);
    expect(await estimate.ended).toBe(0);
    expect(JSON.parse(estimate.stdout())).toMatchObject({
      difficulty: { signals: { length: 5 } },
      answerKind: "number",
    });
    const models = runReckon(["models", "--url", url]);
    expect(await models.ended).toBe(0);
    expect(models.stdout()).toMatch(/^\* \S+ +embedded /m);
    const help = runReckon(["help", "ask"]);
    expect(await help.ended).toBe(0);
    expect(help.stdout()).toContain("--threshold");
  });
});

describe("reckon serve", () => {
  it("drains and ends with 0 at SIGTERM", async () => {
    const run = runReckon(["serve", "difficulty", "--port", "0"]);
    await run.seen(/difficulty serves at http:\/\/127\.0\.0\.1:\d+/);
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
  });

  it("lets a running solve end with its best answer when it drains", async () => {
    const env = { RECKON_SERVER_DRAIN_TIMEOUT: "0.5" };
    const server = runReckon(["serve", "--port", "0"], { env });
    const address = (await server.seen(/serves at (http:\/\/\S+)/))[1] as string;
    // One sample after the other takes longer than the drain may.
    const run = runReckon(["ask", "--url", address, question, ...long, "--window", "1"]);
    await run.seen(/^\[\d+\] =>/m);
    server.child.kill("SIGTERM");
    expect([0, 1]).toContain(await run.ended);
    expect(run.stdout()).toContain("stopped: the server is shutting down");
    expect(await server.ended).toBe(0);
  });
});

describe("reckon doctor", () => {
  it("looks at everything, over four services of its own", async () => {
    const run = runReckon(["doctor", "--json"]);
    await run.ended;
    const findings = run
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; status: string });
    const statusOf = new Map(findings.map(({ name, status }) => [name, status]));
    for (const name of [
      "node",
      "onnxruntime-node",
      "decoder",
      "process reward model",
      "services",
      "models",
      "difficulty",
    ]) {
      expect([name, statusOf.get(name)]).toEqual([name, "ok"]);
    }
    expect(statusOf.has("solve")).toBe(true);
  });

  it("says what is wrong and what to do about it", async () => {
    const run = runReckon(["doctor"], { env: { RECKON_ENGINE_WEIGHTS_DIR: join(folder, "nothing") } });
    expect(await run.ended).toBe(1);
    expect(run.stdout()).toMatch(/✗ embedded model .*nothing/);
    expect(run.stdout()).toMatch(/git checkout -- models\/weights/);
    expect(run.stdout()).toMatch(/things? do(es)? not work/);
  });
});
