import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { PoolSettings } from "./pool-settings.ts";

/** Finds the addresses of a host name; as `dns.lookup` with `all`. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Asks the system, which knows of `/etc/hosts` and of search domains. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address).sort();

/** One URL for each address that the host of `url` stands for; the URL itself where its host is an address already. */
export async function urlsBehind(url: string, resolve: Resolve): Promise<string[]> {
  const { hostname } = new URL(url);
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return [url];
  const addresses = await resolve(hostname);
  return addresses.map((address) => {
    const replica = new URL(url);
    replica.hostname = isIP(address) === 6 ? `[${address}]` : address;
    return replica.href.replace(/\/$/, "");
  });
}

/** What a replica is called: host and port of its URL, or the kind of its backend where it has none. */
export function replicaName(url: string | undefined, { backend }: Pick<PoolSettings, "backend">): string {
  return url === undefined ? backend.kind : new URL(url).host;
}
