import type { AsyncQueue } from "@reckon/core";
import {
  type Backend,
  type GenerateOptions,
  type GenerationEvent,
  type Plan,
  type Problem,
  ReckonError,
  type SampleEnd,
  type SampleRoute,
  type SampleUsage,
} from "@reckon/core";
import type { LedgerKeeper } from "../ledger-keeper.ts";
import type { LostCalls } from "../lost-calls.ts";
import type { Mail } from "../mail.ts";
import { addUsage, type Path } from "./path.ts";
import { createPlaces } from "./places.ts";
import { createSegmentCalls } from "./segment-calls.ts";

/** What is set aside under this key lets one path come to its answer when the ledger is dry. */
export const LAST_PATH = -1;
/** A token limit below this leaves no room for a step. */
const LEAST_TOKENS = 8;
/** Under a limit no continuation is made smaller than this to let more run at once. */
const LEAST_SHARE = 64;
/** Nor smaller than this part of what is left. */
const FEWEST_SHARES = 8;

/** A step is a line; each continuation says its own temperature. */
const stepOptions: GenerateOptions = { stop: ["\n"], temperature: 1 };

/** What is to be generated next of a path. */
export interface SegmentRequest {
  /** A step, or all that is missing to an answer. */
  readonly one: boolean;
  /** Where it is not the search's own problem: that, and a name for it. */
  readonly own?: { readonly name: string; readonly problem: Problem } | undefined;
  readonly temperature: number;
  /** The most tokens; >= 1. */
  readonly maxTokens: number;
}

/** How that came out; `dry`: the ledger has no room for it, and nothing was started. */
export interface SegmentEnd {
  readonly reason: SampleEnd | "dry";
  readonly outputTokens: number;
  readonly failure: string | undefined;
}

/** What generating works with. */
export interface SegmentParts {
  readonly thinker: Backend;
  readonly problem: Problem;
  readonly mail: AsyncQueue<Mail>;
  readonly ledger: LedgerKeeper;
  readonly faults: LostCalls;
  readonly plan: () => Plan;
  /** Options that all calls share. */
  readonly options: Omit<GenerateOptions, "stop" | "temperature">;
  /** Throws where thinking has ended. */
  readonly assertThinking: () => void;
  readonly onDelta: (path: Path, event: GenerationEvent & { type: "token-delta" }) => void;
  readonly onRoute: (route: SampleRoute) => void;
}

/** The generations behind the paths of one search: each is reserved before, settled after, and on the ledger exactly once. */
export interface Segments {
  readonly live: number;
  /** Opens the first call; throws what the backend throws. */
  open(): Promise<void>;
  /** Generates the next part of a path, when a place is free. */
  run(path: Path, request: SegmentRequest): Promise<SegmentEnd>;
  /** Cancels what a path is generating. */
  cancel(path: Path): void;
  onEvent(event: GenerationEvent): void;
  onLost(call: number, error: unknown): void;
  /** Nothing is started any more; what runs is cancelled. */
  stop(reason: Error): void;
  /** What has not answered its cancel: its tokens are those seen. Returns how many there were. */
  settleLate(): number;
  close(): void;
}

interface Live {
  readonly path: Path;
  seenTokens: number;
  readonly resolve: (end: SegmentEnd) => void;
}

/** Creates the generations of a search; none runs yet. */
export function createSegments(parts: SegmentParts): Segments {
  const { ledger, faults, plan } = parts;
  const calls = createSegmentCalls(parts.thinker, parts.mail);
  const places = createPlaces(() => plan().window);
  const live = new Map<number, Live>();
  let settlement: PromiseWithResolvers<void> = Promise.withResolvers();
  let next = 0;
  let stopped = false;

  const optionsOf = ({ one }: SegmentRequest): GenerateOptions => ({
    ...parts.options,
    ...(one ? stepOptions : { temperature: 1 }),
  });

  /** Requests of a kind share a call. */
  const kindOf = ({ one, own }: SegmentRequest) =>
    `${one ? "step" : "rest"}${own === undefined ? "" : ` of ${own.name}`}`;

  const allowanceOf = ({ maxTokens }: SegmentRequest) => {
    if (!ledger.limited) return { maxTokens, attempts: 1 };
    const share = Math.max(LEAST_SHARE, ledger.affordableTokens(1, Math.min(plan().window, FEWEST_SHARES)));
    return { maxTokens: Math.min(maxTokens, share, ledger.affordableTokens(1, 1)), attempts: 1 };
  };

  const settled = () => {
    settlement.resolve();
    settlement = Promise.withResolvers();
  };

  function book(segment: number, end: SampleEnd, usage: SampleUsage, route?: SampleRoute, isUnheard = false): void {
    const entry = live.get(segment);
    if (entry === undefined) return;
    live.delete(segment);
    const { path } = entry;
    if (isUnheard) ledger.settleUnheard(segment, end, usage);
    else ledger.settle(segment, end, usage, route);
    if (end === "stop" || end === "length") path.answerTokens += usage.outputTokens;
    path.usage = addUsage(path.usage, usage);
  }

  function finish(segment: number, end: SegmentEnd, usage: SampleUsage, route?: SampleRoute, isUnheard = false): void {
    const entry = live.get(segment);
    if (entry === undefined) return;
    book(segment, end.reason as SampleEnd, usage, route, isUnheard);
    entry.resolve(end);
    settled();
  }

  /** Makes sure of the call for a request; returns why there is none. */
  async function ensure(request: SegmentRequest): Promise<string | undefined> {
    for (;;) {
      try {
        await calls.ensure(kindOf(request), request.own?.problem ?? parts.problem, optionsOf(request));
        return undefined;
      } catch (error) {
        const failure = ReckonError.from(error).message;
        if (!faults.lose(failure)) return failure;
        parts.assertThinking();
      }
    }
  }

  const startOn = (path: Path, request: SegmentRequest, segment: number, maxTokens: number): Promise<SegmentEnd> =>
    new Promise((resolve) => {
      live.set(segment, { path, seenTokens: 0, resolve });
      calls.start(kindOf(request), segment, {
        temperature: request.temperature,
        maxTokens,
        path: path.sample,
        ...(path.text !== "" && { prefix: path.text }),
      });
    });

  async function attempt(path: Path, request: SegmentRequest): Promise<SegmentEnd> {
    for (;;) {
      const failure = await ensure(request);
      parts.assertThinking();
      if (failure !== undefined) return { reason: "failed", outputTokens: 0, failure };
      const allowance = allowanceOf(request);
      const segment = next;
      if (allowance.maxTokens >= Math.min(LEAST_TOKENS, request.maxTokens) && ledger.reserve(segment, allowance)) {
        next += 1;
        return startOn(path, request, segment, allowance.maxTokens);
      }
      if (live.size === 0) return { reason: "dry", outputTokens: 0, failure: undefined };
      // What runs was given more than it will use: there may be room when it has ended.
      await settlement.promise;
      parts.assertThinking();
    }
  }

  return {
    get live() {
      return live.size;
    },
    open: () => calls.ensure("step", parts.problem, { ...parts.options, ...stepOptions }),
    async run(path, request) {
      await places.take();
      try {
        parts.assertThinking();
        const before = path.text;
        const end = await attempt(path, request);
        // One that broke before its first token has cost nothing and shows nothing: it may be tried again.
        if (end.reason !== "failed" || path.text !== before || faults.replacements === 0 || stopped) return end;
        return await attempt(path, request);
      } finally {
        places.give();
      }
    },
    cancel(path) {
      for (const [segment, entry] of live) if (entry.path === path) calls.cancel(segment);
    },
    onEvent(event) {
      const entry = live.get(event.sample);
      if (entry === undefined || event.type === "sample-started") return;
      if (event.type === "token-delta") {
        entry.seenTokens += event.tokens;
        parts.onDelta(entry.path, event);
        return;
      }
      const { reason, usage, failure, route } = event;
      if (reason === "failed" && event.retryable !== false) faults.replace(1);
      if (route !== undefined) parts.onRoute(route);
      finish(event.sample, { reason, outputTokens: usage.outputTokens, failure }, usage, route);
    },
    onLost(call, error) {
      const failure = error === undefined ? "the generation call ended early" : ReckonError.from(error).message;
      const lost = calls.forget(call).filter((segment) => live.has(segment));
      if (lost.length > 0) faults.lose(failure);
      for (const segment of lost) {
        const outputTokens = live.get(segment)?.seenTokens ?? 0;
        const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens };
        const reason = stopped ? "cancelled" : "failed";
        if (reason === "failed") faults.replace(1);
        finish(segment, { reason, outputTokens, failure }, usage, undefined, true);
      }
    },
    stop(reason) {
      stopped = true;
      places.refuse(reason);
      for (const segment of live.keys()) calls.cancel(segment);
      calls.finish();
      settled();
    },
    settleLate() {
      const late = [...live];
      for (const [segment, { seenTokens: outputTokens }] of late) {
        const usage = { promptTokens: 0, cachedPromptTokens: 0, outputTokens };
        finish(segment, { reason: "cancelled", outputTokens, failure: undefined }, usage, undefined, true);
      }
      return late.length;
    },
    close: () => calls.close(),
  };
}
