import type { ReckonError } from "@reckon/core";

/** How events become bytes and come back; an event knows its own place only through the number it is kept under. */
export interface EventCodec<E> {
  encode(event: E): Uint8Array;
  decode(bytes: Uint8Array): E;
}

/** An event with its place in its session: from 1, rising by 1. */
export interface NumberedEvent<E> {
  readonly sequence: number;
  readonly event: E;
}

/** A session that is about to begin. */
export interface NewSession {
  /** Unique; sessions are found by it. */
  readonly solveId: string;
  /** Whose it is; nobody else finds it. */
  readonly tenant: string;
  /** The client's key, unique among those of its tenant; a second session with it joins the first. */
  readonly idempotencyKey?: string | undefined;
  /** Digest of the request: the same key with another one is a mistake of the client's. */
  readonly fingerprint: string;
}

/** What is known of a session. */
export interface SessionInfo {
  readonly solveId: string;
  readonly tenant: string;
  readonly fingerprint: string;
  readonly state: "running" | "ended" | "failed";
}

/** What opening came to: a session of one's own, or the one that has the key already. */
export type OpenedSession<E> =
  | { readonly type: "opened"; readonly session: OwnSession<E> }
  | { readonly type: "joined"; readonly info: SessionInfo };

/** A session that this process writes. After `end` or `fail` nothing more is taken. */
export interface OwnSession<E> {
  readonly solveId: string;
  /**
   * Adds the first event. Resolves when it is kept where other processes find it, or when that was tried in vain; readers get it
   * only then. So a log without an event belongs to a solve that nobody has heard of and that has spent nothing.
   */
  begin(event: E): Promise<void>;
  /** Adds the next event. Never waits. Throws `RangeError` where the number does not rise by 1, which is a bug. */
  append(sequence: number, event: E): void;
  /** The last event has been added; readers end after it, and the session is kept for a while. */
  end(): void;
  /** There will be no events: readers are thrown the error, and the key is free again. */
  fail(error: ReckonError): void;
  /** Aborts where another replica has taken the session over, so that nobody else should go on with it. */
  readonly lost: AbortSignal;
}

/** A session whose owner was lost, with what its log holds. */
export interface LostSession<E> {
  readonly solveId: string;
  readonly tenant: string;
  /** In order; the oldest may be gone where the log had reached its limit. */
  readonly events: readonly NumberedEvent<E>[];
}

/** What a session store does of itself, and for whom. */
export interface SessionStoreOptions<E> {
  readonly codec: EventCodec<E>;
  /** How long the events of an ended session are kept. */
  readonly ttlMs: number;
  /** The most bytes of events kept of one session; the oldest go first, the very first one stays. */
  readonly maxSessionBytes: number;
  /** The most bytes of ended sessions kept in this process; the oldest go first. */
  readonly maxBytes: number;
  /** Another process wants a session of this one to end. */
  readonly onCancel: (solveId: string) => void;
  /**
   * Makes the last events of a session whose owner was lost; they are numbered on from its last one. Not asked for a session
   * that had not begun: that one fails with `unavailable` and frees its key, so that whoever asks again has it solved.
   */
  readonly onLost: (session: LostSession<E>) => readonly E[];
  /** Told what an operator should know. */
  readonly warn: (message: string, error?: unknown) => void;
}

/**
 * Live sessions and those that ended a short while ago: a log of events each, written by one process, read by many. In memory
 * for one process, in Redis or Valkey for several.
 */
export interface SessionStore<E> {
  /** Begins a session, or finds the one that has its key. */
  open(session: NewSession): Promise<OpenedSession<E>>;
  /** A session of a tenant, by its id or its key; `undefined` where there is none, or it is somebody else's. */
  find(tenant: string, by: { readonly solveId: string } | { readonly key: string }): Promise<SessionInfo | undefined>;
  /**
   * The events after a number, then those to come, until the session ends. Where the oldest are gone it goes on with those
   * that are left. A reader that is past the end is given the last event again. Throws `not-found` where there is no such
   * session (any more), and what the session failed with. Ends quietly when the signal aborts.
   */
  read(solveId: string, afterSequence: number, signal?: AbortSignal): AsyncGenerator<NumberedEvent<E>, void, void>;
  /** Asks whoever runs a session to end it; false where nobody does. */
  cancel(solveId: string): Promise<boolean>;
  /** Whether somebody reads a session of this process in another one. */
  watchedElsewhere(solveId: string): Promise<boolean>;
  /** Waits for what is still to be written (at most `timeoutMs`), gives up its sessions and frees everything. */
  close(timeoutMs: number): Promise<void>;
}
