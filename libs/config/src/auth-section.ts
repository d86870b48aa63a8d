import { z } from "zod";
import { booleanKey, textKey, textsKey } from "./config-key.ts";
import { isPlainHttpUrl } from "./process-sections.ts";

const path = { accepts: "a file path", test: (value: string) => value.length > 0 && !value.includes("\0") };

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Keys of strangers' tokens must come unaltered: over TLS, or from this machine. */
function isTrustworthyUrl(value: string): boolean {
  if (!isPlainHttpUrl(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || loopbackHosts.has(hostname);
}

const word = (accepts: string) => ({ accepts, test: (value: string) => value.length > 0 && value.length <= 256 });

/** `[auth]`: who may use the public port. */
export const authSection = z
  .object({
    required: booleanKey(
      undefined,
      "Requests must say whose they are. Where unset: true as soon as `keys_file`, `jwks_url` or a tenant's `key_hashes` is set.",
    ),
    keys_file: textKey(
      undefined,
      "File of API keys, hashed, as `reckon keys create` writes it; read again when it changes.",
      path,
    ),
    jwks_url: textKey(
      undefined,
      "Where the public keys of JWTs are (RFC 7517); with it, JWTs are accepted beside API keys.",
      { accepts: "an https URL, or an http one of this machine, without credentials", test: isTrustworthyUrl },
    ),
    jwt_issuer: textKey(undefined, "`iss` that JWTs must have; needed with `jwks_url`.", word("1 to 256 characters")),
    jwt_audience: textKey(undefined, "`aud` that JWTs must have; needed with `jwks_url`.", word("1 to 256 characters")),
    jwt_tenant_claim: textKey("sub", "Claim of a JWT that names its tenant.", word("the name of a claim")),
    insecure: booleanKey(
      false,
      "Listen on other addresses than loopback although nobody there has to say who he is (`reckon serve --insecure`).",
    ),
  })
  .describe("Who may use the public port. Without keys and tokens it serves anybody, but on loopback alone.");

/** `[tls]`: certificates. */
export const tlsSection = z
  .object({
    enabled: booleanKey(undefined, "Use the certificates below. Where unset: those that are set are used."),
    public_cert: textKey(
      undefined,
      "PEM file of the public port's certificate, with its chain; it speaks TLS then.",
      path,
    ),
    public_key: textKey(undefined, "PEM file of its private key.", path),
    cert: textKey(
      undefined,
      "PEM file of this service's certificate towards the other services, which then speak TLS to each other.",
      path,
    ),
    key: textKey(undefined, "PEM file of its private key.", path),
    ca: textKey(
      undefined,
      "PEM file of the authority that has signed the services' certificates. With it, services ask each other for theirs (mTLS); without it, the machine's own authorities hold and only the called service shows one.",
      path,
    ),
    peer_name: textKey(
      undefined,
      "DNS name that every service's certificate bears, checked in place of the address that was called.",
      word("a DNS name"),
    ),
  })
  .describe("Certificates: of the public port, and of the services towards each other. Plain text where unset.");

const isOrigin = (value: string) =>
  value === "*" || (URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value));

/** `[cors]`: which web pages may call. */
export const corsSection = z
  .object({
    origins: textsKey(
      undefined,
      "Origins whose pages may call; `*` for any. Where unset: those of this machine (`http://localhost:3000`, ...).",
      { accepts: 'origins such as "https://app.example.com", or "*"', test: isOrigin },
    ),
  })
  .describe("Which web pages may call the public port from a browser.");
