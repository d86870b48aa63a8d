import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { type ChannelTls, createRpcClient, currentTenant, type RpcServerOptions, runAsTenant } from "@reckon/rpc";
import { startTestServer } from "@reckon/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EchoService, echoRoutes, text } from "../contract/rpc/echo-service.ts";
import { createAuthority, hasOpenssl } from "./certificates.ts";

if (!hasOpenssl) console.warn("tests/auth/transport: skipped, there is no openssl command to make certificates with");

type EchoClient = {
  unary(input: unknown): Promise<unknown>;
  serve(input: unknown): AsyncIterable<unknown>;
  close(): void;
};
const clientOf = (target: string, tls?: ChannelTls) =>
  createRpcClient(EchoService, { target, retry: false, tls, timeoutMs: 5_000 }) as unknown as EchoClient;

/** How a call went: its answer, or the code it failed with. */
async function outcome(target: string, tls?: ChannelTls): Promise<string> {
  const client = clientOf(target, tls);
  try {
    await client.unary(text("hello"));
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    client.close();
  }
}

describe.skipIf(!hasOpenssl)("between services", () => {
  const ours = hasOpenssl ? createAuthority("Reckon test authority") : undefined;
  const theirs = hasOpenssl ? createAuthority("Somebody else's authority") : undefined;
  const authority = () => ours ?? expect.unreachable("no openssl");
  const stranger = () => theirs ?? expect.unreachable("no openssl");

  const server = () => authority().sign("reckon.internal", { loopback: false });
  const clients: Readonly<Record<string, () => ChannelTls | undefined>> = {
    "plain text": () => undefined,
    "TLS without a certificate": () => ({ ca: authority().ca, peerName: "reckon.internal" }),
    "a certificate of the authority": () => {
      const { cert, key } = authority().sign("verifier");
      return { ca: authority().ca, cert, key, peerName: "reckon.internal" };
    },
    "a certificate of another authority": () => {
      const { cert, key } = stranger().sign("verifier");
      return { ca: authority().ca, cert, key, peerName: "reckon.internal" };
    },
    "another authority for the server": () => {
      const { cert, key } = authority().sign("verifier");
      return { ca: stranger().ca, cert, key, peerName: "reckon.internal" };
    },
    "another name for the server": () => {
      const { cert, key } = authority().sign("verifier");
      return { ca: authority().ca, cert, key, peerName: "evil.internal" };
    },
    "the address as the server's name": () => {
      const { cert, key } = authority().sign("verifier");
      return { ca: authority().ca, cert, key };
    },
  };
  const servers: Readonly<Record<string, () => Pick<RpcServerOptions, "tls">>> = {
    "plain text": () => ({}),
    TLS: () => {
      const { cert, key } = server();
      return { tls: { cert, key } };
    },
    "mutual TLS": () => {
      const { cert, key } = server();
      return { tls: { cert, key, ca: authority().ca } };
    },
  };
  const works = new Set([
    "plain text -> plain text",
    "TLS without a certificate -> TLS",
    "a certificate of the authority -> TLS",
    "a certificate of another authority -> TLS",
    "a certificate of the authority -> mutual TLS",
  ]);

  describe.each(Object.keys(servers))("a server that speaks %s", (kind) => {
    it.each(Object.keys(clients))("and a client with %s", async (name) => {
      await using running = await startTestServer(echoRoutes(), servers[kind]?.());
      const result = await outcome(running.url.replace(/^https?:\/\//, ""), clients[name]?.());
      expect(result).toBe(works.has(`${name} -> ${kind}`) ? "ok" : "unavailable");
    });
  });

  it("streams, HTTP/1.1 and HTTP/2 come over the one port, and the drain ends all of them", async () => {
    const { cert, key } = authority().sign("reckon.example.com");
    const { ca } = authority();
    const running = await startTestServer(echoRoutes(), { tls: { cert, key } });
    expect(running.url).toMatch(/^https:/);
    const client = clientOf(running.url, { ca });
    expect(await Array.fromAsync(client.serve(text("again", 3)))).not.toHaveLength(0);

    const { port } = running;
    const health = await new Promise<number | undefined>((resolve, reject) => {
      https
        .get({ host: "127.0.0.1", port, ca, path: "/healthz", agent: false }, (res) => {
          res.resume().once("end", () => resolve(res.statusCode));
        })
        .once("error", reject);
    });
    expect(health).toBe(200);
    const session = http2.connect(running.url, { ca });
    const ready = await new Promise((resolve, reject) => {
      session.once("error", reject);
      session
        .request({ ":path": "/readyz" })
        .once("response", (headers) => resolve(headers[":status"]))
        .resume();
    });
    expect(ready).toBe(200);

    const plain = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => "answered",
      () => "ended",
    );
    expect(plain).toBe("ended");
    // One that never says a word does not hold the drain up.
    const silent = net.connect(port, "127.0.0.1");
    silent.on("error", () => undefined);
    await new Promise((resolve) => silent.once("connect", resolve));
    await running.drain({ timeoutMs: 0 });
    expect(running.openConnections()).toBe(0);
    client.close();
    session.destroy();
    silent.destroy();
  });
});

describe.skipIf(!hasOpenssl)("a certificate that is renewed", () => {
  afterEach(() => void vi.useRealTimers());

  it("is shown within a minute, and one that is broken is not", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const authority = createAuthority("Reckon test authority");
    let identity: { cert: Buffer; key: Buffer } = authority.sign("first.example.com");
    await using running = await startTestServer(echoRoutes(), { tls: () => identity });
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const socket = tls.connect({ host: "127.0.0.1", port: running.port, ca: authority.ca }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.once("error", reject);
      });
    expect(await shown()).toBe("first.example.com");
    identity = authority.sign("second.example.com");
    vi.advanceTimersByTime(60_000);
    expect(await shown()).toBe("second.example.com");
    identity = { cert: Buffer.from("half of a"), key: identity.key };
    vi.advanceTimersByTime(60_000);
    expect(await shown()).toBe("second.example.com");
  });
});

describe("for whom a call is made", () => {
  const telling = () => echoRoutes({ unary: () => text(currentTenant()?.id ?? "nobody") });
  const ask = async (url: string) => {
    const client = clientOf(url);
    try {
      return ((await client.unary(text("who?"))) as { text: string }).text;
    } finally {
      client.close();
    }
  };
  const forge = async (url: string, headers: Record<string, string>) => {
    const response = await fetch(`${url}/reckon.test.v1.EchoService/Unary`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    });
    return ((await response.json()) as { text?: string }).text;
  };
  const acme = { id: "acme", caps: {} };

  it("goes from service to service", async () => {
    await using inner = await startTestServer(telling(), { trustCallers: true });
    expect(await runAsTenant(acme, () => ask(inner.url))).toBe("acme");
    expect(await ask(inner.url)).toBe("nobody");
    await using middle = await startTestServer(echoRoutes({ unary: async () => text(await ask(inner.url)) }), {
      authenticate: (authorization) => ({ id: authorization === "Bearer a" ? "acme" : "globex", caps: {} }),
    });
    expect(await forge(middle.url, { authorization: "Bearer a" })).toBe("acme");
    expect(await forge(middle.url, { authorization: "Bearer b", "x-reckon-tenant": "acme" })).toBe("globex");
  });

  it("is not believed from outside", async () => {
    await using outer = await startTestServer(telling());
    expect(await runAsTenant(acme, () => ask(outer.url))).toBe("nobody");
    expect(await forge(outer.url, { "X-Reckon-Tenant": "acme" })).toBe("nobody");
  });

  it("is no tenant where the name is none", async () => {
    await using inner = await startTestServer(telling(), { trustCallers: true });
    expect(await forge(inner.url, { "x-reckon-tenant": "../acme" })).toBe("nobody");
    expect(await forge(inner.url, { "x-reckon-tenant": "acme, globex" })).toBe("nobody");
  });
});
