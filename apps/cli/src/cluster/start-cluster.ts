import type { ServiceName } from "@reckon/config";
import { ReckonError } from "@reckon/core";
import { compileCacheFolder } from "./compile-cache.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

/** How to start the four services. */
export interface ClusterOptions {
  readonly configFile?: string;
  /** Address and port of the public one, the orchestrator. Default 127.0.0.1 and any free port. */
  readonly host?: string;
  readonly port?: number;
  /** Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** The log lines of the services. */
  readonly onLine?: (service: ServiceName, line: string) => void;
  /** Ends the start-up; what was started is ended too, and `cancelled` is thrown. */
  readonly signal?: AbortSignal;
}

/** The four services on this machine. */
export interface Cluster {
  /** The public address. */
  readonly url: string;
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Resolves with the first service that ends by itself. */
  readonly broken: Promise<ServiceName>;
  /** Drains and ends all of them; the public one first, so that nothing is asked of services that are gone. */
  stop(timeoutMs?: number): Promise<void>;
}

const inner = ["model-proxy", "verifier", "difficulty"] as const;

/**
 * Starts the four services on loopback, each in its own process on a free port, with real gRPC between them. Throws
 * `unavailable` with the last log lines of the service that failed; the others are ended then.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const base: NodeJS.ProcessEnv = {
    NODE_COMPILE_CACHE: compileCacheFolder(),
    ...(options.env ?? process.env),
    ...(options.configFile !== undefined && { RECKON_CONFIG: options.configFile }),
  };
  const processes: ServiceProcess[] = [];
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const onAbort = () => aborted.reject(new ReckonError("cancelled", "the start of the services was interrupted"));
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const start = (service: ServiceName, env: NodeJS.ProcessEnv) => {
    const started = startServiceProcess({
      service,
      env: { ...base, ...env },
      onLine: (line) => options.onLine?.(service, line),
    });
    processes.push(started);
    return { ...started, url: Promise.race([started.url, aborted.promise]) };
  };
  const stop = async (timeoutMs = 10_000) => {
    const [last, ...others] = processes.toReversed();
    await last?.stop(timeoutMs);
    await Promise.all(others.map((process) => process.stop(timeoutMs)));
  };
  try {
    const behind = inner.map((service) => start(service, { RECKON_HOST: "127.0.0.1", RECKON_PORT: "0" }));
    // It loads while the others do, and is told their addresses as soon as those are known.
    const front = start("orchestrator", {
      RECKON_HOST: options.host ?? "127.0.0.1",
      RECKON_PORT: String(options.port ?? 0),
      RECKON_SERVICES_FROM_STDIN: "1",
    });
    // One that fails early is the reason to give up, whichever is waited for.
    front.url.catch(() => undefined);
    const ready = Promise.all(behind.map(({ url }) => url));
    await Promise.race([ready, front.url]);
    const [modelProxy, verifier, difficulty] = (await ready) as [string, string, string];
    front.send(
      JSON.stringify({
        model_proxy: new URL(modelProxy).host,
        verifier: new URL(verifier).host,
        difficulty: new URL(difficulty).host,
      }),
    );
    const url = await front.url;
    const broken = Promise.race(processes.map(({ service, exited }) => exited.then(() => service)));
    return { url, urls: { orchestrator: url, "model-proxy": modelProxy, verifier, difficulty }, broken, stop };
  } catch (error) {
    await stop(2_000);
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
  }
}
