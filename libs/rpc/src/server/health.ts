import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import {
  Health,
  type HealthCheckRequest,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "@reckon/proto/grpc/health/v1/health";

/** Health of one server: all of its services are ready together or not at all. */
export interface HealthState {
  readonly ready: boolean;
  setReady(ready: boolean): void;
  /** Resolves at the next change, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

/** A health state that is not ready. */
export function createHealthState(): HealthState {
  let ready = false;
  const waiters = new Set<() => void>();
  return {
    get ready() {
      return ready;
    },
    setReady(value) {
      if (value === ready) return;
      ready = value;
      for (const wake of [...waiters]) wake();
    },
    changed: (signal) =>
      new Promise((resolve) => {
        const settle = () => {
          waiters.delete(settle);
          signal.removeEventListener("abort", settle);
          resolve();
        };
        if (signal.aborted) return resolve();
        waiters.add(settle);
        signal.addEventListener("abort", settle);
      }),
  };
}

/** Serves grpc.health.v1: `Check`, `List` and `Watch` for the whole server (empty name) and each of its services. */
export function serveHealth(router: ConnectRouter, state: HealthState, services: () => ReadonlySet<string>): void {
  const statusOf = (service: string) => {
    if (service !== "" && !services().has(service)) return undefined;
    return state.ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  };
  router.service(Health, {
    check({ service }: HealthCheckRequest) {
      const status = statusOf(service);
      if (status === undefined) throw new ConnectError(`unknown service "${service}"`, Code.NotFound);
      return { status };
    },
    list() {
      const status = state.ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
      return { statuses: Object.fromEntries(["", ...services()].map((name) => [name, { status }])) };
    },
    async *watch({ service }: HealthCheckRequest, { signal }: HandlerContext) {
      let last: ServingStatus | undefined;
      while (!signal.aborted) {
        const change = state.changed(signal);
        const status = statusOf(service) ?? ServingStatus.SERVICE_UNKNOWN;
        if (status !== last) yield { status };
        last = status;
        await change;
      }
    },
  });
}
