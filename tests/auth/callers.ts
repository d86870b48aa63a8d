import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, SignJWT, UnsecuredJWT } from "jose";

/** An issuer of tokens with a real JWKS endpoint on loopback. */
export interface Issuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** A token that is right in all but what is changed. */
  token(changes?: TokenChanges): Promise<string>;
  /** `alg: none`. */
  unsigned(): string;
  /** HS256 with the public key as the shared secret: the classic confusion of algorithms (RFC 8725 section 2.1). */
  signedByPublicKey(): Promise<string>;
  /** Requests for the keys so far. */
  readonly fetches: () => number;
  close(): Promise<void>;
}

/** What may be wrong with a token; `undefined` leaves a claim out. */
export interface TokenChanges {
  readonly tenant?: string | number | undefined;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now; `undefined`: never. */
  readonly expiresIn?: number | undefined;
  readonly key?: KeyObject;
  readonly kid?: string;
}

const issuer = "https://id.example.com/";
const audience = "reckon";

/** Starts an issuer. */
export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256", use: "sig" };
  let fetches = 0;
  const server: Server = createServer((_, res) => {
    fetches += 1;
    res.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const claims = (tenant: unknown) => (tenant === undefined ? {} : { org: tenant });
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    issuer,
    audience,
    fetches: () => fetches,
    async token(changes = {}) {
      const { tenant, expiresIn } = { tenant: "acme", expiresIn: 600, ...changes };
      const unsigned = new SignJWT(claims(tenant))
        .setProtectedHeader({ alg: "ES256", kid: changes.kid ?? "k1" })
        .setIssuer(changes.issuer ?? issuer)
        .setAudience(changes.audience ?? audience)
        .setIssuedAt();
      if (expiresIn !== undefined) unsigned.setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn);
      return unsigned.sign(changes.key ?? privateKey);
    },
    unsigned: () =>
      new UnsecuredJWT(claims("acme")).setIssuer(issuer).setAudience(audience).setExpirationTime("10m").encode(),
    signedByPublicKey: () =>
      new SignJWT(claims("acme"))
        .setProtectedHeader({ alg: "HS256", kid: "k1" })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime("10m")
        .sign(
          createPublicKey(publicKey.export({ type: "spki", format: "pem" })).export({ type: "spki", format: "der" }),
        ),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A private key that no JWKS lists. */
export function strangeKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}
