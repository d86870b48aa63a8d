import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReckonError } from "@reckon/core";
import { afterAll, describe, expect, it } from "vitest";
import { defaultConfig, type LoadConfigOptions, loadConfig, loadConfigWithSources } from "./load-config.ts";

const root = mkdtempSync(join(tmpdir(), "reckon-config-"));
afterAll(() => rmSync(root, { recursive: true }));
const nowhere = { env: { HOME: root }, folder: root };

let files = 0;
function fileOf(text: string): string {
  files += 1;
  const file = join(root, `file-${files}.toml`);
  writeFileSync(file, text);
  return file;
}

function load(text: string, options: LoadConfigOptions = {}) {
  return loadConfig({ ...nowhere, file: fileOf(text), ...options });
}

function failure(run: () => unknown): ReckonError {
  try {
    run();
  } catch (error) {
    if (error instanceof ReckonError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a configuration", () => {
  it("loads an existing TTC file as it is", () => {
    const config = load(`
      [test_time_compute]
      max_thinking_steps = 32
      min_thinking_steps = 1
      difficulty_threshold_multiplier = 2.0
      confidence_threshold = 0.85
      verification_rounds = 3
      self_consistency_samples = 5
      adaptive_scaling = true
      early_stopping = true
      [strategies]
      beam_search_width = 4
      monte_carlo_samples = 10
      [integration]
      use_tpu_kernels = true
      enable_router_integration = true
      enable_memory_monitoring = true
      enable_metrics_collection = true
      [performance]
      default_timeout = 30
      fast_timeout = 2
      balanced_timeout = 5
      comprehensive_timeout = 10
      [fallbacks]
      enable_auto_fallback = true
      fallback_strategy = "balanced"
      max_retries = 2
    `);
    expect(config).toEqual(defaultConfig);
  });

  it("makes the one backend of three lines the default model source", () => {
    const config = load('[backends.my-vllm]\nkind = "openai"\nurl = "http://localhost:8000/v1"\n');
    expect(Object.keys(config.backends)).toEqual(["my-vllm"]);
    expect(config.backends["my-vllm"]).toMatchObject({ kind: "openai", url: "http://localhost:8000/v1" });
    expect(config.backends["my-vllm"]?.model).toBeUndefined();
  });

  it("thinks with the embedded model where no backend is configured", () => {
    expect(Object.entries(defaultConfig.backends).map(([name, b]) => [name, b.kind])).toEqual([
      ["embedded", "embedded"],
    ]);
  });

  it("puts the default backend first, and refuses two of them", () => {
    const backend = (name: string, more = "") => `[backends.${name}]\nurl = "http://h/v1"\n${more}\n`;
    expect(Object.keys(load(backend("a") + backend("b", "default = true")).backends)).toEqual(["b", "a"]);
    const error = failure(() => load(backend("a", "default = true") + backend("b", "default = true")));
    expect(error.message).toContain("true for a and b");
  });

  it("lets variables override the file, and flags override both", () => {
    const file = fileOf("[server]\nport = 1\nhost = 'a'\n[strategies]\nbeam_search_width = 2\n");
    const env = { HOME: root, RECKON_SERVER_PORT: "2", RECKON_SERVER_HOST: "b" };
    const loaded = loadConfigWithSources({ file, env, folder: root, flags: { server: { port: 3, host: undefined } } });
    expect(loaded.config.server).toMatchObject({ port: 3, host: "b" });
    expect(loaded.config.strategies.beam_search_width).toBe(2);
    expect(loaded.sources.get("server.port")).toBe("--server.port");
    expect(loaded.sources.get("server.host")).toBe("RECKON_SERVER_HOST");
    expect(loaded.sources.get("strategies.beam_search_width")).toBe(file);
  });

  it("reads every type from variables, and takes an empty one for unset", () => {
    const env = {
      RECKON_TEST_TIME_COMPUTE_MAX_THINKING_STEPS: "16",
      RECKON_TEST_TIME_COMPUTE_CONFIDENCE_THRESHOLD: "0.9",
      RECKON_TEST_TIME_COMPUTE_EARLY_STOPPING: "off",
      RECKON_TELEMETRY_OTLP_ENDPOINT: "",
    };
    const config = loadConfig({ env, folder: root });
    expect(config.test_time_compute).toMatchObject({
      max_thinking_steps: 16,
      confidence_threshold: 0.9,
      early_stopping: false,
    });
    expect(config.telemetry.otlp_endpoint).toBeUndefined();
  });

  it("takes the collector of OpenTelemetry's own variable, unless RECKON_ says otherwise", () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318" };
    expect(loadConfig({ env, folder: root }).telemetry.otlp_endpoint).toBe("http://a:4318");
    const both = { RECKON_TELEMETRY_OTLP_ENDPOINT: "http://b:4318", ...env };
    expect(loadConfig({ env: both, folder: root }).telemetry.otlp_endpoint).toBe("http://b:4318");
  });

  it("reads lists from the file, and from variables with commas", () => {
    expect(defaultConfig.verifier.verifiers).toEqual(["prm", "checker"]);
    expect(load("[verifier]\nverifiers = ['checker']").verifier.verifiers).toEqual(["checker"]);
    const verifiersOf = (text: string) =>
      loadConfig({ env: { RECKON_VERIFIER_VERIFIERS: text }, folder: root }).verifier;
    expect(verifiersOf("prm, checker").verifiers).toEqual(["prm", "checker"]);
    const message =
      'verifier.verifiers: is ["prm","judges"] (RECKON_VERIFIER_VERIFIERS); it takes a list of one or more of "prm", "checker", "judge"';
    expect(failure(() => verifiersOf("prm,judges")).message).toBe(message);
    expect(failure(() => load("[verifier]\nverifiers = []")).message).toContain("one or more");
  });

  it("configures backends by variables, those of the file by their own name", () => {
    const env = { RECKON_BACKENDS_MY_VLLM_MODEL: "m", RECKON_BACKENDS_OTHER_ONE_URL: "http://o/v1" };
    const config = load('[backends.my_vllm]\nurl = "http://h/v1"\n', { env });
    expect(config.backends.my_vllm?.model).toBe("m");
    expect(config.backends["other-one"]?.url).toBe("http://o/v1");
  });

  it("is not confused by the variables of Kubernetes nor by those that hold keys", () => {
    const env = {
      RECKON_PORT: "tcp://10.0.0.1:8080",
      RECKON_PORT_8080_TCP_ADDR: "10.0.0.1",
      RECKON_VERIFIER_SERVICE_HOST: "10.0.0.2",
      RECKON_SERVER_PORT: "tcp://10.0.0.1:8080",
      RECKON_BACKENDS_A_URL: "http://h/v1",
      RECKON_BACKENDS_A_API_KEY_ENV: "RECKON_MY_KEY",
      RECKON_MY_KEY: "sk-secret",
    };
    expect(loadConfig({ env, folder: root }).server.port).toBe(8080);
  });
});

describe("a mistake in a configuration", () => {
  it.each([
    ["[test_time_compute]\nmax_thinking_step = 5", "test_time_compute.max_thinking_steps"],
    ["[server]\nmax_retries = 5", "fallbacks.max_retries"],
    ["[tset_time_compute]\nmax_thinking_steps = 5", '"test_time_compute"'],
    ["early_stoping = true", "test_time_compute.early_stopping"],
    ["[backends.a]\nurl = 'http://h'\napi_key = 'sk-secret'", "backends.a.api_key_env"],
  ])("is told with the nearest known name and the file: %j", (text, nearest) => {
    const file = fileOf(text);
    const error = failure(() => loadConfig({ ...nowhere, file }));
    expect(error.code).toBe("invalid-argument");
    expect(error.message).toContain(nearest);
    expect(error.message).toContain(file);
    expect(error.message).not.toContain("sk-secret");
  });

  it("in a variable's name is told with the nearest known variable", () => {
    const error = failure(() => loadConfig({ env: { RECKON_TEST_TIME_COMPUTE_MAX_STEPS: "5" }, folder: root }));
    expect(error.message).toContain("RECKON_TEST_TIME_COMPUTE_MAX_THINKING_STEPS");
  });

  it.each([
    ["[test_time_compute]\nmax_thinking_steps = 0", "is 0", "a whole number from 1 to 64"],
    ["[test_time_compute]\nmax_thinking_steps = 2.5", "is 2.5", "a whole number from 1 to 64"],
    ["[test_time_compute]\nconfidence_threshold = 1.5", "is 1.5", "a number above 0 up to 1"],
    ["[test_time_compute]\nearly_stopping = 'true'", 'is "true"', "true or false"],
    ["[performance]\nfast_timeout = nan", "is NaN", "a number above 0 up to 600 seconds"],
    ["[fallbacks]\nfallback_strategy = 'slow'", 'is "slow"', '"comprehensive"'],
    ["[services]\nverifier = 'localhost'", 'is "localhost"', '"host:port"'],
    ["[server]\nport = 65536", "is 65536", "from 0 to 65535"],
  ])("of value is told with the value and what is accepted: %j", (text, value, accepted) => {
    const error = failure(() => load(text));
    expect(error.message).toContain(value);
    expect(error.message).toContain(accepted);
  });

  it("in a variable's value names the variable", () => {
    const error = failure(() => loadConfig({ env: { RECKON_SERVER_PORT: "http" }, folder: root }));
    expect(error.message).toBe('server.port: is "http" (RECKON_SERVER_PORT); it takes a whole number from 0 to 65535');
  });

  it("is told together with all the others", () => {
    const error = failure(() => load("[server]\nport = -1\n[store]\npth = 'x'\n[engine]\nmax_batch = 0"));
    expect(error.violations.map((v) => v.field)).toEqual(["store.pth", "server.port", "engine.max_batch"]);
  });

  it("in TOML names line and column and shows nothing of the file", () => {
    const error = failure(() => load('[backends.a]\napi_key_env = "sk-secret\n'));
    expect(error.message).toMatch(/line 2, column \d+/);
    expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain("sk-secret");
  });

  it("never repeats what may be a secret", () => {
    const text = "[backends.a]\nurl = 'http://user:sk-secret@h/v1'\napi_key_env = 'sk-secret'";
    expect(failure(() => load(text)).message).not.toContain("sk-secret");
  });

  it("across keys is found", () => {
    expect(failure(() => load("[test_time_compute]\nmin_thinking_steps = 40")).message).toContain("at most");
    expect(failure(() => load("[backends.a]\nkind = 'openai'")).message).toContain("backends.a.url: is missing");
    expect(failure(() => load("[backends.a]\nkind = 'embedded'\nurl = 'http://h'")).message).toContain("has none");
  });

  it.each(["__proto__", "constructor", "toString"])("by the name of %s is an unknown section", (name) => {
    expect(failure(() => load(`[${name}]\nx = 1`)).message).toContain("unknown section");
  });
});

describe("the file", () => {
  it("is looked for by name, by RECKON_CONFIG, in the working folder, in the user's folder", () => {
    const home = join(root, "home");
    const work = join(root, "work");
    mkdirSync(join(home, ".config", "reckon"), { recursive: true });
    mkdirSync(work);
    const port = (n: number) => `[server]\nport = ${n}\n`;
    const loaded = (options: LoadConfigOptions) => loadConfig({ folder: work, ...options }).server.port;
    expect(loaded({ env: { HOME: home } })).toBe(8080);
    writeFileSync(join(home, ".config", "reckon", "reckon.toml"), port(1));
    expect(loaded({ env: { HOME: home } })).toBe(1);
    writeFileSync(join(work, "reckon.toml"), port(2));
    expect(loaded({ env: { HOME: home } })).toBe(2);
    const env = { HOME: home, RECKON_CONFIG: fileOf(port(3)) };
    expect(loaded({ env })).toBe(3);
    expect(loaded({ env, file: fileOf(port(4)) })).toBe(4);
  });

  it("that was named but is not there is an error that says who named it", () => {
    const error = failure(() => loadConfig({ ...nowhere, file: join(root, "none.toml") }));
    expect(error.code).toBe("not-found");
    expect(error.message).toContain("--config");
    const env = { RECKON_CONFIG: join(root, "none.toml") };
    expect(failure(() => loadConfig({ env, folder: root })).message).toContain("RECKON_CONFIG");
  });
});
