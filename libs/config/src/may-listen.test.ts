import { ReckonError } from "@reckon/core";
import { describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";
import { authRequired, isLoopback, mayListen } from "./may-listen.ts";

const configOf = (flags: Record<string, unknown>) =>
  loadConfig({ env: { HOME: "/nonexistent" }, folder: "/nonexistent", flags });
const mutual = { cert: "c.pem", key: "k.pem", ca: "ca.pem" };

describe("an address", () => {
  it.each(["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]", "::ffff:127.0.0.1"])("%s is loopback", (host) => {
    expect(isLoopback(host)).toBe(true);
  });
  it.each([
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "192.168.1.1",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "::ffff:10.0.0.1",
    "",
  ])("%j is not loopback", (host) => expect(isLoopback(host)).toBe(false));
});

describe("a service that strangers can reach", () => {
  const allowed: readonly [service: string, host: string, flags: Record<string, unknown>, allowed: boolean][] = [
    ["orchestrator", "127.0.0.1", {}, true],
    ["orchestrator", "0.0.0.0", {}, false],
    ["orchestrator", "::", {}, false],
    ["orchestrator", "my-host", {}, false],
    ["orchestrator", "0.0.0.0", { auth: { insecure: "true" } }, true],
    ["orchestrator", "0.0.0.0", { auth: { keys_file: "keys.json" } }, true],
    ["orchestrator", "0.0.0.0", { auth: { keys_file: "keys.json", required: "false" } }, false],
    ["orchestrator", "0.0.0.0", { tls: mutual }, false],
    ["verifier", "127.0.0.1", {}, true],
    ["verifier", "0.0.0.0", {}, false],
    ["verifier", "0.0.0.0", { auth: { keys_file: "keys.json" } }, false],
    ["verifier", "0.0.0.0", { tls: { cert: "c.pem", key: "k.pem" } }, false],
    ["verifier", "0.0.0.0", { tls: mutual }, true],
    ["verifier", "0.0.0.0", { tls: { ...mutual, enabled: "false" } }, false],
    ["verifier", "0.0.0.0", { auth: { insecure: "true" } }, true],
  ];
  it.each(allowed)("%s on %s with %j: %s", (service, host, flags, ok) => {
    const run = () => mayListen(service, host, configOf(flags));
    if (ok) expect(run).not.toThrow();
    else expect(run).toThrow(ReckonError);
  });
});

describe("authentication", () => {
  it("is required as soon as there is a way to authenticate", () => {
    expect(authRequired(configOf({}))).toBe(false);
    expect(authRequired(configOf({ auth: { keys_file: "k" } }))).toBe(true);
    expect(authRequired(configOf({ tenants: { acme: { key_hashes: `sha256:${"0".repeat(64)}` } } }))).toBe(true);
    const jwt = { jwks_url: "https://id.example.com/keys", jwt_issuer: "i", jwt_audience: "a" };
    expect(authRequired(configOf({ auth: jwt }))).toBe(true);
    expect(authRequired(configOf({ auth: { required: "true" } }))).toBe(true);
  });

  it("takes tokens of one issuer for one audience only, with keys that come over TLS", () => {
    expect(() => configOf({ auth: { jwks_url: "https://id.example.com/keys" } })).toThrow(/jwt_issuer.*jwt_audience/s);
    expect(() => configOf({ auth: { jwks_url: "http://id.example.com/keys" } })).toThrow(/https/);
    expect(() => configOf({ tls: { ca: "ca.pem" } })).toThrow(/tls\.cert/);
    expect(() => configOf({ tenants: { acme: { key_hashes: "rk_secret" } } })).toThrow(/sha256/);
    // A key in place of its hash is not repeated.
    expect(() => configOf({ tenants: { acme: { key_hashes: "rk_secret" } } })).not.toThrow(/rk_secret/);
  });
});
