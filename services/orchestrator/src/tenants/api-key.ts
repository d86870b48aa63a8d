import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * An API key: `rk_`, an id of 12 characters that may be shown and logged, `_`, and a secret of 256 random bits. The whole of it
 * is hashed with SHA-256 before it is kept: a secret that cannot be guessed needs no slow hash (NIST SP 800-63B section 5.1.2
 * asks for one for secrets below 112 bits), and a fast one costs a request nothing.
 */
export interface ApiKey {
  /** Shown once, to whoever it is for. */
  readonly key: string;
  readonly id: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
const pattern = /^rk_([a-z2-7]{12})_[A-Za-z0-9_-]{43}$/;

/** Makes a new key. */
export function createApiKey(): ApiKey {
  const id = [...randomBytes(12)].map((byte) => alphabet[byte & 31]).join("");
  const key = `rk_${id}_${randomBytes(32).toString("base64url")}`;
  return { key, id, hash: hashApiKey(key) };
}

/** The id within a key; `undefined` for what is no key. */
export function apiKeyId(text: string): string | undefined {
  return pattern.exec(text)?.[1];
}

/** What is kept of a key. */
export function hashApiKey(key: string): string {
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

/** Whether a hash is that of a key; takes equally long either way. */
export function isHashOf(hash: string, key: string): boolean {
  const [kept, given] = [Buffer.from(hash), Buffer.from(hashApiKey(key))];
  return kept.length === given.length && timingSafeEqual(kept, given);
}
