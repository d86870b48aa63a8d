import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actions, type CallerHeaders, solve } from "./actions.ts";
import { strangeKey } from "./callers.ts";
import { type House, startHouse } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await startHouse();
}, 180_000);
afterAll(() => house?.close());

const bearer = (credential: string): CallerHeaders => ({ authorization: `Bearer ${credential}` });
const withLetterChanged = (key: string) => `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;

/** Who may knock: what each sends, and whose requests those are (`nobody`'s: refused). */
const callers: Readonly<Record<string, { owner: string; headers(): CallerHeaders | Promise<CallerHeaders> }>> = {
  "nothing at all": { owner: "nobody", headers: () => ({}) },
  "another scheme": { owner: "nobody", headers: () => ({ authorization: "Basic YWNtZTphY21l" }) },
  "an empty bearer": { owner: "nobody", headers: () => ({ authorization: "Bearer " }) },
  "a key nobody made": { owner: "nobody", headers: () => bearer(`rk_${"a".repeat(12)}_${"x".repeat(43)}`) },
  "acme's key with a letter changed": { owner: "nobody", headers: () => bearer(withLetterChanged(house.keys.acme)) },
  "acme's key without its secret": { owner: "nobody", headers: () => bearer(house.keys.acme.slice(0, 16)) },
  "a revoked key": { owner: "nobody", headers: () => bearer(house.keys.revoked) },
  "an expired key": { owner: "nobody", headers: () => bearer(house.keys.expired) },
  "a token that has expired": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ expiresIn: -60 })),
  },
  "a token that never expires": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ expiresIn: undefined })),
  },
  "a token of another issuer": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ issuer: "https://evil.example.com/" })),
  },
  "a token for another service": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ audience: "billing" })),
  },
  "a token that names no tenant": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ tenant: undefined })),
  },
  "a token that names what is no tenant": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ tenant: "../acme" })),
  },
  "a token signed by a stranger": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ key: strangeKey() })),
  },
  "a token signed by a key that is not listed": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.token({ key: strangeKey(), kid: "k2" })),
  },
  "a token that is not signed": { owner: "nobody", headers: () => bearer(house.issuer.unsigned()) },
  "a token signed by the public key": {
    owner: "nobody",
    headers: async () => bearer(await house.issuer.signedByPublicKey()),
  },
  "a forged internal header alone": { owner: "nobody", headers: () => ({ "x-reckon-tenant": "acme" }) },
  "acme's key": { owner: "acme", headers: () => bearer(house.keys.acme) },
  "a token of acme's": { owner: "acme", headers: async () => bearer(await house.issuer.token()) },
  "globex's key": { owner: "globex", headers: () => bearer(house.keys.globex) },
  "globex's key and acme's forged header": {
    owner: "globex",
    headers: () => ({ ...bearer(house.keys.globex), "x-reckon-tenant": "acme" }),
  },
  "a token of globex's": {
    owner: "globex",
    headers: async () => bearer(await house.issuer.token({ tenant: "globex" })),
  },
  "a key whose hash is configured": { owner: "initech", headers: () => bearer(house.configuredKey) },
};

/** What may be done by anybody, by any tenant, by acme alone; and what others are told then. */
const open = new Set(["GET /healthz", "GET /readyz", "Health/Check"]);
const plainHttp = new Set(["GET /v1/models", "POST /v1/chat/completions"]);
const ownOnly: Readonly<Record<string, { owner: string; others: string }>> = {
  "Resume of acme's": { owner: "ok", others: "not_found" },
  // It has ended by then: its owner is told no more than others, and a running one is cancelled below.
  "Cancel of acme's": { owner: "not_found", others: "not_found" },
};

function expected(action: string, owner: string): string {
  if (open.has(action)) return "ok";
  if (owner === "nobody") return plainHttp.has(action) ? "HTTP 401" : "unauthenticated";
  const own = ownOnly[action];
  if (own === undefined) return "ok";
  return owner === "acme" ? own.owner : own.others;
}

describe("who may do what", () => {
  let theirs: string;
  beforeAll(async () => {
    theirs = (await solve(house.url, bearer(house.keys.acme))).solveId ?? expect.unreachable("acme cannot solve");
  }, 120_000);

  describe.each(Object.entries(callers))("with %s", (_, { owner, headers }) => {
    it.each(Object.keys(actions))(`as ${owner}: %s`, async (action) => {
      const result = await actions[action]?.(house.url, await headers(), theirs);
      expect(result).toBe(expected(action, owner));
    });
  });
});
