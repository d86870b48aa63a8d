import { describe, expect, it } from "vitest";
import { type AskCommand, parseCommand } from "./parse-command.ts";
import { UsageError } from "./usage-error.ts";

const parse = (...args: string[]) => parseCommand(args, {});
const ask = (...args: string[]) => parse("ask", ...args) as AskCommand;

describe("parseCommand", () => {
  it("shows the help where nothing is asked for", () => {
    expect(parse()).toEqual({ name: "help", topic: undefined });
    expect(parse("ask", "--help")).toEqual({ name: "help", topic: "ask" });
    expect(parse("help", "batch")).toEqual({ name: "help", topic: "batch" });
    expect(parse("--version")).toEqual({ name: "version" });
  });

  it("reads a question of one or many words, and none as stdin", () => {
    expect(ask("Solve: x^2 = 4").question).toBe("Solve: x^2 = 4");
    expect(ask("What", "is", "2", "+", "3?").question).toBe("What is 2 + 3?");
    expect(ask().question).toBeUndefined();
    expect(ask("-").question).toBeUndefined();
  });

  it("takes a question that begins with a minus sign for a question", () => {
    expect(ask("-3 + 5").question).toBe("-3 + 5");
    expect(ask("-5").question).toBe("-5");
    expect(ask("-(2 + 3) * 4", "-n", "3").question).toBe("-(2 + 3) * 4");
    expect(ask("-x + 2 = 5").question).toBe("-x + 2 = 5");
    expect(ask("--", "--json").question).toBe("--json");
  });

  it("reads what insights are asked for, and which answer was right", () => {
    const at = ["--url", "http://127.0.0.1:1"];
    expect(parse("insights", ...at, "--since", "12h", "--log", "5", "--json")).toMatchObject({
      ...{ name: "insights", sinceMs: 43_200_000, logEntries: 5, report: undefined, json: true },
    });
    expect(parse("insights", ...at, "--wrong", "s1")).toMatchObject({ report: { solveId: "s1", correct: false } });
    expect(() => parse("insights")).toThrow(/needs --url/);
    expect(() => parse("insights", ...at, "--since", "soon")).toThrow(/--since is "soon"/);
    expect(() => parse("insights", ...at, "--right", "a", "--wrong", "b")).toThrow(/give one/);
  });

  it("reads every option of thinking", () => {
    const args =
      "q --strategy comprehensive --method best-of-n --selection weighted_vote -n 16 --window 8 --steps 20 --min-steps 2 " +
      "--rounds 3 --timeout 1.5 --temperature 0.7 --top-p 0.9 --seed 7 --difficulty 0.4 --threshold 0.95 " +
      "--max-tokens 500 --model m --no-early-stop --answer-kind number --debug --json";
    const command = ask(...args.split(" "));
    expect(command.options).toEqual({
      strategy: "comprehensive",
      method: "best-of-n",
      selection: "weighted-vote",
      samples: 16,
      window: 8,
      maxSteps: 20,
      minSteps: 2,
      verificationRounds: 3,
      timeoutMs: 1500,
      temperature: 0.7,
      topP: 0.9,
      seed: 7,
      difficulty: 0.4,
      confidenceThreshold: 0.95,
      maxOutputTokens: 500,
      model: "m",
      earlyStopping: false,
    });
    expect(command).toMatchObject({ answerKind: "number", debug: true, output: "json" });
  });

  it("leaves out what was not said, but for eight at once where somebody watches", () => {
    expect(ask("q").options).toEqual({ window: 8, confidenceThreshold: 0.95 });
  });

  it("lets the plan size the window where it is asked to, and where another strategy is chosen", () => {
    expect(ask("q", "--window", "auto").options).toEqual({ confidenceThreshold: 0.95 });
    expect(ask("q", "--strategy", "fast").options).toEqual({ strategy: "fast" });
    expect(ask("q", "--window", "3").options).toEqual({ window: 3, confidenceThreshold: 0.95 });
    expect(ask("q", "--threshold", "0.5").options).toEqual({ window: 8, confidenceThreshold: 0.5 });
  });

  it.each([
    ["2", 2000],
    ["500ms", 500],
    ["10s", 10_000],
    ["2m", 120_000],
    [".5", 500],
  ])("reads a time of %s", (text, ms) => {
    expect(ask("q", "--timeout", text).options.timeoutMs).toBe(ms);
  });

  it.each([
    [["ask", "q", "-n", "0"], /-n .*"0".*1 to 256/],
    [["ask", "q", "-n", "1e9"], /-n .*"1e9".*1 to 256/],
    [["ask", "q", "--temperature", "2.1"], /--temperature .*"2.1".*0 to 2/],
    [["ask", "q", "--temperature=-1"], /--temperature .*"-1".*0 to 2/],
    [["ask", "q", "--timeout", "11m"], /--timeout .*"11m".*10 minutes/],
    [["ask", "q", "--timeout=-5"], /--timeout .*"-5"/],
    [["ask", "q", "--strategy", "quick"], /--strategy .*"quick".*fast, balanced/],
    [["ask", "q", "--threshold", "0"], /--threshold .*above 0, at most 1/],
    [["ask", "q", "--seed", "1.5"], /--seed .*whole number/],
    [["ask", "q", "--smaples", "3"], /unknown option --smaples; did you mean --samples/],
    [["ask", "q", "--url", "localhost:8080"], /--url .*http/],
    [["ask", "q", "-n"], /samples/],
    [["serve", "everything"], /serve takes all, orchestrator/],
    [["serve", "--port", "70000"], /--port .*65535/],
    [["batch"], /needs a file/],
    [["models", "x"], /takes no "x"/],
    [["resume", "--url", "http://one:1"], /needs the id/],
    [["resume", "s1"], /needs --url/],
    [["resume", "s1", "--url", "http://one:1", "--after", "x"], /--after .*from 0/],
    [["solve"], /unknown command "solve"/],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(message);
  });

  it("leaves the flags of the model server to the server", () => {
    const args = ["--port", "0", "--faults", "faults.toml"];
    expect(parseCommand(["model-server", ...args], {})).toEqual({ name: "model-server", args });
    expect(parseCommand(["model-server", "--help"], {})).toEqual({ name: "help", topic: "model-server" });
  });

  it("takes the server from RECKON_URL, and --url before it", () => {
    const env = { RECKON_URL: "http://one:1" };
    expect(parseCommand(["models"], env)).toMatchObject({ target: { url: "http://one:1" } });
    expect(parseCommand(["models", "--url", "http://two:2"], env)).toMatchObject({ target: { url: "http://two:2" } });
  });

  it("resumes a solve from a place", () => {
    const command = parseCommand(["resume", "s1", "--after", "7", "--json"], { RECKON_URL: "http://one:1" });
    expect(command).toMatchObject({ name: "resume", solveId: "s1", after: 7, output: "json", debug: false });
  });
});
