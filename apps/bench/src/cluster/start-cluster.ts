import { type ServiceName, type ServiceProcess, startService } from "./start-service.ts";

/** The four services, each a process of its own, joined by real gRPC on the loopback. */
export interface Cluster {
  /** Where clients go: the orchestrator's. */
  readonly url: string;
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** Ends all of them with SIGTERM, the orchestrator first; what does not end in time is killed. */
  stop(): Promise<void>;
}

/** How to start a cluster. */
export interface StartClusterOptions {
  /** Environment of all services, such as `RECKON_TELEMETRY_OTLP_ENDPOINT`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment of single services, over `env`. */
  readonly serviceEnv?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
  /** Told of each line that a service writes. */
  readonly onLogLine?: (service: ServiceName, line: string) => void;
}

const stopTimeoutMs = 10_000;

/** Starts the services behind the orchestrator at once, then the orchestrator; history is kept in memory only. */
export async function startCluster(options: StartClusterOptions = {}): Promise<Cluster> {
  const start = (name: ServiceName, env: Readonly<Record<string, string>> = {}) =>
    startService({
      name,
      onLogLine: (line) => options.onLogLine?.(name, line),
      env: {
        RECKON_STORE_PATH: ":memory:",
        RECKON_TELEMETRY_LOG_LEVEL: "warn",
        ...env,
        ...options.env,
        ...options.serviceEnv?.[name],
      },
    });
  const started: ServiceProcess[] = [];
  try {
    const behind = await Promise.allSettled([start("difficulty"), start("verifier"), start("model-proxy")]);
    started.push(...behind.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
    const failure = behind.find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
    const [difficulty, verifier, modelProxy] = started as [ServiceProcess, ServiceProcess, ServiceProcess];
    const orchestrator = await start("orchestrator", {
      RECKON_SERVICES_DIFFICULTY: difficulty.address,
      RECKON_SERVICES_VERIFIER: verifier.address,
      RECKON_SERVICES_MODEL_PROXY: modelProxy.address,
    });
    started.unshift(orchestrator);
    const services = { orchestrator, difficulty, verifier, "model-proxy": modelProxy };
    return { url: orchestrator.url, services, stop: () => stopAll(started) };
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function stopAll(services: readonly ServiceProcess[]): Promise<void> {
  const [orchestrator, ...behind] = services;
  if (orchestrator) await stopOne(orchestrator);
  await Promise.all(behind.map(stopOne));
}

async function stopOne(service: ServiceProcess): Promise<void> {
  service.signal("SIGTERM");
  const timer = setTimeout(() => service.signal("SIGKILL"), stopTimeoutMs);
  await service.exited;
  clearTimeout(timer);
}
