import { authRequired, type Config } from "@reckon/config";
import { localTenant } from "@reckon/core";
import type { Authenticate } from "@reckon/rpc";
import { recordAuthRefused } from "@reckon/telemetry";
import { createAuthenticator } from "./create-authenticator.ts";
import { createJwtVerifier } from "./jwt-verifier.ts";
import { createKeyRing } from "./key-ring.ts";
import { createTenantDirectory } from "./tenant-caps.ts";

/** Who may call, by the configuration. */
export interface Tenants {
  /** False: nobody is asked who he is, and all requests are `localTenant`'s. */
  readonly required: boolean;
  /** Whose a request is, from its `authorization` header; `localTenant` where nobody is asked. Throws `unauthenticated`. */
  readonly authenticate: Authenticate;
}

/** Reads keys, issuer and tenants from the configuration. Throws `invalid-argument` where the file of keys is none. */
export function createTenants(config: Config, warn: (message: string) => void): Tenants {
  const { auth, tenants } = config;
  if (!authRequired(config)) return { required: false, authenticate: () => localTenant };
  const hashes = Object.entries(tenants).map(([id, { key_hashes: keys }]) => [id, keys ?? []] as const);
  const keys = createKeyRing({ file: auth.keys_file, hashes: Object.fromEntries(hashes), warn });
  const { jwks_url: jwksUrl, jwt_issuer: issuer, jwt_audience: audience, jwt_tenant_claim: tenantClaim } = auth;
  const jwt =
    jwksUrl === undefined || issuer === undefined || audience === undefined
      ? undefined
      : createJwtVerifier({ jwksUrl, issuer, audience, tenantClaim });
  const authenticate = createAuthenticator({
    keys,
    jwt,
    tenantNamed: createTenantDirectory(tenants),
    onRefused: recordAuthRefused,
  });
  return { required: true, authenticate };
}
