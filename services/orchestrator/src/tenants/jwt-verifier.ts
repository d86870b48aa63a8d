import { ReckonError, tenantIdPattern } from "@reckon/core";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";

/** Whose tokens are accepted. */
export interface JwtOptions {
  /** Where the issuer's public keys are (RFC 7517). */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that names the tenant. */
  readonly tenantClaim: string;
}

/** Finds the tenant that a JWT names. Throws `unauthenticated`, or `unavailable` where the keys cannot be had. */
export type JwtVerifier = (token: string) => Promise<string>;

// Signatures of key pairs alone (RFC 8725 section 3.1): with `none` or a shared secret in the list, whoever has the public key
// could sign.
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
const clockToleranceSeconds = 30;

/**
 * A verifier of JWTs (RFC 7519) by the issuer's JWKS, which is fetched when first needed and again for a key that is not in
 * it, every 30 s at most. Tokens must be signed by a key pair, end, and name issuer, audience and tenant.
 */
export function createJwtVerifier(options: JwtOptions, keys: JWTVerifyGetKey = remoteKeys(options)): JwtVerifier {
  return async (token) => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["exp", options.tenantClaim],
      }));
    } catch (error) {
      throw refusal(error);
    }
    const tenant = payload[options.tenantClaim];
    if (typeof tenant === "string" && tenantIdPattern.test(tenant)) return tenant;
    throw new ReckonError(
      "unauthenticated",
      `the token's claim ${JSON.stringify(options.tenantClaim)} names no tenant (1 to 64 of a-z, 0-9, - and _)`,
    );
  };
}

function remoteKeys({ jwksUrl }: JwtOptions): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: 5_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
}

/** What is wrong with the token is told to its owner; that the keys could not be fetched is not his fault. */
function refusal(error: unknown): ReckonError {
  const refuse = (why: string) => new ReckonError("unauthenticated", `the token ${why}`, { cause: error });
  if (error instanceof errors.JWTExpired) return refuse("has expired");
  if (error instanceof errors.JWTClaimValidationFailed) return refuse(`has a wrong or missing claim: ${error.claim}`);
  if (error instanceof errors.JWSSignatureVerificationFailed) return refuse("has a wrong signature");
  if (error instanceof errors.JOSEAlgNotAllowed) return refuse("is signed by an algorithm that is not accepted");
  if (error instanceof errors.JWKSNoMatchingKey) return refuse("is signed by a key that its issuer does not list");
  const malformed = [errors.JWTInvalid, errors.JWSInvalid, errors.JOSENotSupported, errors.JWKSMultipleMatchingKeys];
  if (malformed.some((kind) => error instanceof kind)) return refuse("is no JWT that can be checked");
  return new ReckonError("unavailable", "the keys of the token's issuer cannot be fetched", { cause: error });
}
