import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLocalJWKSet, exportJWK, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { createAuthenticator } from "./create-authenticator.ts";
import { createJwtVerifier, type JwtOptions } from "./jwt-verifier.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const options: JwtOptions = {
  jwksUrl: "http://127.0.0.1:1/",
  issuer: "https://id.example.com/",
  audience: "reckon",
  tenantClaim: "sub",
};
const token = (subject: string, expires = "5m") =>
  new SignJWT()
    .setProtectedHeader({ alg: "EdDSA", kid: "k" })
    .setSubject(subject)
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setExpirationTime(expires)
    .sign(privateKey);
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: "k" }] });

// What may be wrong with a token stands in the table of tests/auth; here is what that table cannot reach.
describe("a JWT", () => {
  it("names its tenant, by an Ed25519 signature too", async () => {
    expect(await createJwtVerifier(options, keys)(await token("acme"))).toBe("acme");
  });

  it("may have ended a moment ago, for clocks that differ", async () => {
    const verify = createJwtVerifier(options, keys);
    expect(await verify(await token("acme", "10 seconds ago"))).toBe("acme");
    await expect(verify(await token("acme", "1 minute ago"))).rejects.toMatchObject({
      code: "unauthenticated",
      message: "the token has expired",
    });
  });

  it("is not its owner's fault where the issuer's keys cannot be had", async () => {
    await expect(createJwtVerifier(options)(await token("acme"))).rejects.toMatchObject({ code: "unavailable" });
    const broken = createServer((_, res) => void res.writeHead(500).end());
    await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
    const jwksUrl = `http://127.0.0.1:${(broken.address() as AddressInfo).port}/`;
    await expect(createJwtVerifier({ ...options, jwksUrl })(await token("acme"))).rejects.toMatchObject({
      code: "unavailable",
    });
    await new Promise((resolve) => broken.close(resolve));
  });
});

describe("an authenticator", () => {
  it("takes a JWT for what it is no sooner than JWTs are configured", async () => {
    const refused: string[] = [];
    const authenticate = createAuthenticator({
      keys: { find: () => ({ refused: "unknown" }) },
      jwt: undefined,
      tenantNamed: (id) => ({ id, caps: {} }),
      onRefused: (why) => void refused.push(why),
    });
    const jwt = await token("acme");
    expect(() => authenticate(`Bearer ${jwt}`)).toThrow(/not known/);
    expect(() => authenticate(undefined)).toThrow(/who are you/);
    expect(() => authenticate(`Bearer ${jwt}, Bearer ${jwt}`)).toThrow(/must be/);
    expect(refused).toEqual(["unknown", "missing", "malformed"]);
  });
});
