import type { Target } from "../arguments/common-flags.ts";
import { type Cluster, startCluster } from "./start-cluster.ts";

/** A Reckon to talk to. */
export interface Connection {
  readonly url: string;
  /** What a client of it is made with. */
  readonly client: { readonly url: string; readonly apiKey?: string };
  /** The services, where this command has started them. */
  readonly cluster: Cluster | undefined;
  /** Ends what was started for it. */
  close(): Promise<void>;
}

/** What `connect` needs beside the target. */
export interface ConnectOptions {
  readonly stderr: { write(text: string): unknown };
  /** Ends the start-up of services. */
  readonly signal?: AbortSignal;
}

/**
 * The server at `--url`, or services of our own. Throws `unavailable` where they do not start, `cancelled` on the signal; the
 * promise may be left alone for a while (the caller loads its own code meanwhile).
 */
export function connect(target: Target, options: ConnectOptions): Promise<Connection> {
  const connecting = open(target, options);
  connecting.catch(() => undefined); // Whoever awaits it is told; nobody does yet.
  return connecting;
}

// Nobody but this command reaches the services that it starts: keys and certificates are for those that are served.
const forItselfAlone = { RECKON_AUTH_REQUIRED: "false", RECKON_TLS_ENABLED: "false" };

async function open(target: Target, { stderr, signal }: ConnectOptions): Promise<Connection> {
  const { url, apiKey } = target;
  if (url !== undefined) {
    const client = apiKey === undefined ? { url } : { url, apiKey };
    return { url, client, cluster: undefined, close: async () => undefined };
  }
  const cluster = await startCluster({
    ...(target.configFile !== undefined && { configFile: target.configFile }),
    env: { ...process.env, ...forItselfAlone },
    ...(signal && { signal }),
    ...(target.verbose && { onLine: (service, line) => stderr.write(`${service}: ${line}\n`) }),
  });
  return { url: cluster.url, client: { url: cluster.url }, cluster, close: () => cluster.stop(5_000) };
}
