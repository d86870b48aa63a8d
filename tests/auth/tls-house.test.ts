import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningReckon, runReckon } from "../src/run-reckon.ts";
import { createAuthority, hasOpenssl } from "./certificates.ts";

if (!hasOpenssl) console.warn("tests/auth/tls-house: skipped, there is no openssl command to make certificates with");

const folder = mkdtempSync(join(tmpdir(), "reckon-tls-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command wrote, and how it ended. */
async function ended(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const command = runReckon(args, { env });
  const code = await command.ended;
  return { code, out: command.stdout(), err: command.stderr() };
}

describe.skipIf(!hasOpenssl)("a house with certificates", () => {
  let reckon: RunningReckon;
  let url = "";
  let verifierUrl = "";
  let caFile = "";
  let key = "";

  beforeAll(async () => {
    const authority = createAuthority("Reckon test authority");
    const inner = authority.sign("reckon.internal", { loopback: false });
    const outer = authority.sign("reckon.example.com");
    caFile = authority.caFile;
    const keysFile = join(folder, "keys.json");
    const config = join(folder, "reckon.toml");
    writeFileSync(
      config,
      `[server]
drain_timeout = 3
[auth]
keys_file = ${JSON.stringify(keysFile)}
[tls]
public_cert = ${JSON.stringify(outer.certFile)}
public_key = ${JSON.stringify(outer.keyFile)}
cert = ${JSON.stringify(inner.certFile)}
key = ${JSON.stringify(inner.keyFile)}
ca = ${JSON.stringify(caFile)}
peer_name = "reckon.internal"
`,
    );
    key = (await ended(["keys", "create", "--tenant", "acme", "--config", config])).out.trim();
    reckon = runReckon(["serve", "--port", "0", "--config", config], { env: { RECKON_ENGINE_THREADS: "1" } });
    [, url = ""] = await reckon.seen(/reckon serves at (\S+)/);
    [, verifierUrl = ""] = await reckon.seen(/verifier +(http\S+)/);
  }, 180_000);
  afterAll(async () => {
    reckon?.child.kill("SIGTERM");
    await reckon?.ended;
  });

  const ask = (env: NodeJS.ProcessEnv) =>
    ended(["ask", "--url", url, "--plain", "--strategy", "fast", "What is 2 + 3?"], env);

  it("answers over TLS who has a key and trusts its authority", async () => {
    expect(url).toMatch(/^https:/);
    const { code, out, err } = await ask({ NODE_EXTRA_CA_CERTS: caFile, RECKON_API_KEY: key });
    expect(err).not.toMatch(/certificate|unauthenticated/);
    expect(out).toMatch(/answer|5/i);
    expect([0, 1]).toContain(code);
  });

  it("does not answer without a key, and is not believed without its authority", async () => {
    expect(await ask({ NODE_EXTRA_CA_CERTS: caFile })).toMatchObject({
      code: 1,
      err: expect.stringContaining("unauthenticated"),
    });
    expect((await ask({ RECKON_API_KEY: key })).code).not.toBe(0);
  });

  it("has services that speak to each other alone", async () => {
    expect(verifierUrl).toMatch(/^https:/);
    const path = "/reckon.verifier.v1.VerifierService/CheckEquivalence";
    for (const address of [verifierUrl, verifierUrl.replace("https", "http")]) {
      const knock = fetch(`${address}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-reckon-tenant": "acme" },
        body: '{"answers":["1","1.0"]}',
      });
      await expect(knock).rejects.toThrow();
    }
  });
});

describe("reckon serve", () => {
  const nothing = { RECKON_CONFIG: "" };

  it.each([
    [["serve", "--host", "0.0.0.0", "--port", "0"], /orchestrator would listen on 0\.0\.0\.0.*keys_file.*--insecure/s],
    [["serve", "orchestrator", "--host", "::", "--port", "0"], /orchestrator would listen on ::/],
    [["serve", "verifier", "--host", "0.0.0.0", "--port", "0"], /verifier would listen.*tls\.cert.*tls\.ca/s],
  ])("refuses %j", async (args, why) => {
    const { code, out, err } = await ended(args, nothing);
    expect(err).toMatch(why);
    expect(code).not.toBe(0);
    expect(out).toBe("");
  });

  it("listens there where it is told that this is meant", async () => {
    const reckon = runReckon(["serve", "difficulty", "--host", "0.0.0.0", "--port", "0", "--insecure"]);
    const [, url = ""] = await reckon.seen(/serves at (\S+)/);
    const { port } = new URL(url);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    reckon.child.kill("SIGTERM");
    expect(await reckon.ended).toBe(0);
  });

  it("tells once what is wrong with the file of keys", async () => {
    const keysFile = join(folder, "broken.json");
    writeFileSync(keysFile, "{");
    const env = { RECKON_AUTH_KEYS_FILE: keysFile };
    const { code, err } = await ended(["serve", "orchestrator", "--port", "0"], env);
    expect(err).toMatch(/broken\.json is no file of API keys/);
    expect(code).not.toBe(0);
  });
});

describe("reckon ask, for itself", () => {
  it("needs neither key nor certificate, whatever is configured for those who are served", async () => {
    const config = join(folder, "own.toml");
    writeFileSync(
      config,
      `[auth]\nkeys_file = "nowhere.json"\n[tls]\npublic_cert = "nowhere.pem"\npublic_key = "nowhere.key"\n`,
    );
    const { code, out } = await ended(["ask", "--config", config, "--plain", "--strategy", "fast", "What is 2 + 3?"]);
    expect([0, 1]).toContain(code);
    expect(out).toMatch(/answer|5/i);
  });
});
