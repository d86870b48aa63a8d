import { ReckonError, type Tenant } from "@reckon/core";
import type { Authenticate } from "@reckon/rpc";
import type { JwtVerifier } from "./jwt-verifier.ts";
import type { KeyRing } from "./key-ring.ts";

/** What an authenticator asks. */
export interface AuthenticatorOptions {
  readonly keys: KeyRing;
  /** Undefined: JWTs are not accepted. */
  readonly jwt: JwtVerifier | undefined;
  readonly tenantNamed: (id: string) => Tenant;
  /** Told of each request that is refused, and why, in a word. */
  readonly onRefused?: (why: string) => void;
}

const sentences = {
  unknown: "the API key is not known here",
  expired: "the API key has expired",
  revoked: "the API key was revoked",
} as const;

/**
 * Finds the tenant of a request by its `authorization: Bearer` header (RFC 6750): an API key of Reckon's, which begins with
 * `rk_`, or a JWT. An API key is looked up at once, a token takes a moment. Throws `unauthenticated`.
 */
export function createAuthenticator({ keys, jwt, tenantNamed, onRefused }: AuthenticatorOptions): Authenticate {
  const refuse = (why: string, message: string): never => {
    onRefused?.(why);
    throw new ReckonError("unauthenticated", message);
  };
  return (authorization) => {
    if (authorization === undefined) {
      return refuse("missing", "who are you? send the header authorization: Bearer <API key or token>");
    }
    const credential = /^bearer +([^\s,]+) *$/i.exec(authorization)?.[1];
    if (credential === undefined)
      return refuse("malformed", "the header authorization must be: Bearer <API key or token>");
    if (credential.startsWith("rk_") || jwt === undefined) {
      const found = keys.find(credential);
      return "tenant" in found ? tenantNamed(found.tenant) : refuse(found.refused, sentences[found.refused]);
    }
    return jwt(credential).then(tenantNamed, (error: unknown) => {
      const { code } = ReckonError.from(error);
      onRefused?.(code === "unavailable" ? "no-keys" : "token");
      throw error;
    });
  };
}
