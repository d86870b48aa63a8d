import { randomUUID } from "node:crypto";
import { type Clock, ReckonError, type SolveEvent } from "@reckon/core";
import type { SolveEvent as WireEvent } from "@reckon/proto/reckon/orchestrator/v1/event";
import { currentCall, solveEventFromProto, solveEventToProto } from "@reckon/rpc";
import { type LostSession, type OpenSessionStoreOptions, openSessionStore } from "@reckon/store";
import { type Logger, recordSession } from "@reckon/telemetry";
import type { EndReason } from "../solve-registry.ts";
import { endLostSolve } from "./end-lost-solve.ts";
import { type SessionRun, startSessionRun } from "./session-run.ts";
import { wireCodec } from "./wire-codec.ts";

/** How sessions are kept. */
export interface SessionSettings
  extends Pick<
    OpenSessionStoreOptions<WireEvent>,
    "redisUrl" | "redisPrefix" | "leaseMs" | "ttlMs" | "maxSessionBytes" | "maxBytes"
  > {
  /** How long a solve runs on when the connection of its last client is lost; 0: not at all. */
  readonly graceMs: number;
}

/** Sessions in memory, as configured by default. */
export const defaultSessionSettings: SessionSettings = {
  graceMs: 10_000,
  ttlMs: 120_000,
  maxSessionBytes: 4_194_304,
  maxBytes: 134_217_728,
};

/** What sessions are made from. */
export interface SessionsOptions {
  readonly settings: SessionSettings;
  /** Ends a solve with its best answer so far; false where it does not run here. */
  readonly end: (solveId: string, reason: EndReason) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A solve that is to have a session. */
export interface SessionRequest {
  /** Whose it is; nobody else can resume, join or cancel it. */
  readonly tenantId: string;
  /** `undefined`: none. */
  readonly idempotencyKey: string | undefined;
  readonly fingerprint: string;
  readonly omitThoughts: boolean;
  /** Solves under the id given. */
  readonly solve: (solveId: string) => AsyncGenerator<SolveEvent, void, void>;
}

/** Solves that outlive the calls that watch them. */
export interface Sessions {
  /** Runs a solve, or joins the one that has its key, and follows it as long as the call being served lasts. */
  solve(request: SessionRequest): AsyncGenerator<WireEvent, void, void>;
  /** Follows a solve after a sequence number. Throws `not-found` where this tenant has none of this id. */
  resume(tenantId: string, solveId: string, afterSequence: number): AsyncGenerator<WireEvent, void, void>;
  /** Ends a solve, wherever it runs; false where this tenant has none that runs. */
  cancel(tenantId: string, by: { readonly solveId: string } | { readonly key: string }): Promise<boolean>;
  /** Ends what runs, and waits for its last events to be kept, at most a few seconds. */
  close(): Promise<void>;
}

const closeTimeoutMs = 2_000;

/** Sessions over the store that the settings ask for. */
export function createSessions({ settings, end, clock, logger }: SessionsOptions): Sessions {
  const runs = new Map<string, SessionRun>();
  const store = openSessionStore<WireEvent>({
    ...settings,
    codec: wireCodec,
    clock,
    onCancel: (solveId) => runs.get(solveId)?.stop("cancelled"),
    onLost: (session) => {
      recordSession("taken-over");
      logger.warn({ solveId: session.solveId }, "a solve of a replica that was lost is ended from its log");
      return lastEvents(session);
    },
    warn: (message, err) => logger.warn({ err }, message),
  });

  async function* follow(solveId: string, afterSequence: number): AsyncGenerator<WireEvent, void, void> {
    const call = currentCall();
    const run = runs.get(solveId);
    run?.join();
    try {
      for await (const { sequence, event } of store.read(solveId, afterSequence, call?.signal)) {
        // A log that ended before what its client has seen: whoever wrote the rest was lost with it.
        yield sequence > afterSequence ? event : { ...event, sequence: BigInt(afterSequence + 1) };
      }
    } finally {
      run?.leave(call?.signal.aborted === true && call.connectionLost?.() === true);
    }
  }

  function begin(solveId: string, request: SessionRequest, session: Parameters<typeof startSessionRun>[0]["session"]) {
    const run = startSessionRun({
      session,
      call: currentCall(),
      solve: () => request.solve(solveId),
      end: (reason) => end(solveId, reason),
      omitThoughts: request.omitThoughts,
      hasKey: request.idempotencyKey !== undefined,
      graceMs: settings.graceMs,
      watchedElsewhere: () => store.watchedElsewhere(solveId),
      clock,
      onOrphaned: () => recordSession("orphaned"),
      onAbandoned() {
        recordSession("abandoned");
        logger.info({ solveId }, "nobody came back for a solve: it is ended");
      },
    });
    runs.set(solveId, run);
    void run.done.then(() => runs.delete(solveId));
  }

  return {
    async *solve(request) {
      const { tenantId: tenant, idempotencyKey, fingerprint } = request;
      const solveId = randomUUID();
      const opened = await store.open({ solveId, tenant, idempotencyKey, fingerprint });
      if (opened.type === "opened") {
        begin(solveId, request, opened.session);
        yield* follow(solveId, 0);
        return;
      }
      if (opened.info.fingerprint !== fingerprint) {
        throw new ReckonError("already-exists", "this idempotency key was used with another request");
      }
      recordSession("joined");
      yield* follow(opened.info.solveId, 0);
    },
    async *resume(tenantId, solveId, afterSequence) {
      if ((await store.find(tenantId, { solveId })) === undefined) {
        throw new ReckonError("not-found", `no solve ${JSON.stringify(solveId)} is running or remembered`);
      }
      recordSession("resumed");
      yield* follow(solveId, afterSequence);
    },
    async cancel(tenantId, by) {
      const info = await store.find(tenantId, by);
      return info !== undefined && (await store.cancel(info.solveId));
    },
    async close() {
      for (const run of runs.values()) run.stop("draining");
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, closeTimeoutMs);
      });
      await Promise.race([Promise.all([...runs.values()].map(({ done }) => done)), late]);
      clearTimeout(timer);
      for (const run of runs.values()) run.abort();
      await store.close(closeTimeoutMs);
    },
  };
}

/** The end of a solve that nobody runs any more. */
function lastEvents({ events }: LostSession<WireEvent>): WireEvent[] {
  const known = events.map(({ event }) => solveEventFromProto(event));
  const last = known.at(-1);
  const outcome = endLostSolve(known);
  return [solveEventToProto({ type: "solve-ended", outcome }, (last?.sequence ?? 0) + 1, last?.elapsedMs ?? 0)];
}
