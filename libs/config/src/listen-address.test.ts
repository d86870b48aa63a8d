import { describe, expect, it } from "vitest";
import { listenAddress } from "./listen-address.ts";
import { defaultConfig, loadConfig } from "./load-config.ts";
import { readArguments } from "./read-arguments.ts";

describe("listenAddress", () => {
  it("is [server] for the orchestrator and the address in [services] for the others", () => {
    expect(listenAddress("orchestrator", defaultConfig, {})).toEqual({ host: "127.0.0.1", port: 8080 });
    expect(listenAddress("model-proxy", defaultConfig, {})).toEqual({ host: "127.0.0.1", port: 8083 });
    const config = loadConfig({ env: { RECKON_SERVICES_VERIFIER: "[::1]:9" }, folder: "/nonexistent" });
    expect(listenAddress("verifier", config, {})).toEqual({ host: "::1", port: 9 });
  });

  it("is what RECKON_HOST and RECKON_PORT say, but not what Kubernetes says", () => {
    const env = { RECKON_HOST: "127.0.0.2", RECKON_PORT: "0" };
    expect(listenAddress("difficulty", defaultConfig, env)).toEqual({ host: "127.0.0.2", port: 0 });
    expect(() => listenAddress("difficulty", defaultConfig, { RECKON_HOST: "0.0.0.0" })).toThrow(/--insecure/);
    const link = { RECKON_PORT: "tcp://10.0.0.1:80" };
    expect(listenAddress("difficulty", defaultConfig, link).port).toBe(8081);
    expect(() => listenAddress("difficulty", defaultConfig, { RECKON_PORT: "70000" })).toThrow("0 to 65535");
  });
});

describe("readArguments", () => {
  it("reads --config and --section.key", () => {
    expect(readArguments(["--config", "a.toml", "--server.port=0", "--backends.x.url", "http://h"])).toEqual({
      file: "a.toml",
      flags: { server: { port: "0" }, backends: { x: { url: "http://h" } } },
    });
    const { flags } = readArguments(["--server.port=7", "--test_time_compute.early_stopping", "false"]);
    const config = loadConfig({ env: {}, folder: "/nonexistent", flags });
    expect([config.server.port, config.test_time_compute.early_stopping]).toEqual([7, false]);
  });

  it("refuses what it does not know", () => {
    expect(() => readArguments(["serve"])).toThrow('unknown argument "serve"');
    expect(() => readArguments(["--server.port"])).toThrow("has no value");
    const { flags } = readArguments(["--server.prot", "1"]);
    expect(() => loadConfig({ env: {}, folder: "/nonexistent", flags })).toThrow("server.port");
    expect(() =>
      loadConfig({ env: {}, folder: "/nonexistent", flags: readArguments(["--__proto__.x=1"]).flags }),
    ).toThrow("unknown section");
  });
});
