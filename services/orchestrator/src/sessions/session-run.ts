import { type Clock, ReckonError, type SolveEvent } from "@reckon/core";
import type { SolveEvent as WireEvent } from "@reckon/proto/reckon/orchestrator/v1/event";
import { type CallContext, runInCall, solveEventToProto } from "@reckon/rpc";
import type { OwnSession } from "@reckon/store";
import type { EndReason } from "../solve-registry.ts";

/** What a session runs. */
export interface SessionRunOptions {
  readonly session: OwnSession<WireEvent>;
  /** The call that began it: its deadline and its trace hold; its client may leave and come back. */
  readonly call: CallContext | undefined;
  /** Solves; runs as part of a call that lasts as long as the session does. */
  readonly solve: () => AsyncGenerator<SolveEvent, void, void>;
  /** Ends the solve with its best answer so far; false where it does not run. */
  readonly end: (reason: EndReason) => boolean;
  readonly omitThoughts: boolean;
  /** Whether the client could come back before it knows the solve's id: it has given a key. */
  readonly hasKey: boolean;
  /** How long the solve runs on without anybody who reads it. */
  readonly graceMs: number;
  readonly watchedElsewhere: () => Promise<boolean>;
  readonly clock: Clock;
  /** Its last reader's connection was lost: it runs on for a while. */
  readonly onOrphaned: () => void;
  /** Nobody came back. */
  readonly onAbandoned: () => void;
}

/** A solve that writes its session, whoever reads it. */
export interface SessionRun {
  /** Somebody reads from now on. */
  join(): void;
  /** Somebody does not any more; `mayReturn` where it may not have meant to. The last one to leave decides. */
  leave(mayReturn: boolean): void;
  /** Ends the solve with its best answer so far, or at once where it has not begun to think. */
  stop(reason: EndReason): void;
  /** Ends it at once, without an outcome. */
  abort(): void;
  /** Resolves when the session has its last event. */
  readonly done: Promise<void>;
}

/** How often a solve that is read on another replica looks whether it still is. */
const lookElsewhereMs = 2_000;

/** Starts a solve for a session. Nobody reads yet: whoever starts it joins at once. */
export function startSessionRun(options: SessionRunOptions): SessionRun {
  const { session, solve, graceMs, clock } = options;
  const lifetime = new AbortController();
  const arrivedAtMs = clock.nowMs();
  let readers = 0;
  let begun = false;
  let over = false;
  let graceTimer: NodeJS.Timeout | undefined;

  const stop = (reason: EndReason) => {
    if (over) return;
    clearTimeout(graceTimer);
    if (!begun || !options.end(reason)) abort();
  };
  const abort = () => lifetime.abort(new ReckonError("cancelled", "the solve was cancelled before it began to think"));

  async function pump(): Promise<void> {
    let sequence = 0;
    try {
      for await (const event of solve()) {
        begun = true;
        if (options.omitThoughts && event.type === "thought-delta") continue;
        sequence += 1;
        const wire = solveEventToProto(event, sequence, clock.nowMs() - arrivedAtMs);
        // Nothing is asked of a model before the solve is known to whoever may have to end it.
        if (sequence === 1) await session.begin(wire);
        else session.append(sequence, wire);
      }
      session.end();
    } catch (error) {
      const isMeant = error instanceof ReckonError;
      session.fail(isMeant ? error : new ReckonError("internal", "internal error", { cause: error }));
    } finally {
      over = true;
      clearTimeout(graceTimer);
      session.lost.removeEventListener("abort", onLost);
    }
  }
  // Another replica has ended the session: what this one still spends nobody hears of.
  const onLost = () => stop("cancelled");
  session.lost.addEventListener("abort", onLost, { once: true });

  async function onGrace(): Promise<void> {
    if (readers > 0 || over) return;
    if (await options.watchedElsewhere()) wait(Math.min(graceMs, lookElsewhereMs));
    else if (readers === 0 && !over) {
      options.onAbandoned();
      stop("cancelled");
    }
  }
  const wait = (ms: number) => {
    clearTimeout(graceTimer);
    graceTimer = setTimeout(() => void onGrace(), ms);
  };

  const { call } = options;
  const done =
    call === undefined
      ? pump()
      : runInCall({ ...call, signal: lifetime.signal, connectionLost: undefined }, () => pump());
  return {
    join() {
      readers += 1;
      clearTimeout(graceTimer);
    },
    leave(mayReturn) {
      readers -= 1;
      if (readers > 0 || over) return;
      if (!mayReturn || graceMs === 0 || !(begun || options.hasKey)) return stop("cancelled");
      options.onOrphaned();
      wait(graceMs);
    },
    stop,
    abort,
    done,
  };
}
