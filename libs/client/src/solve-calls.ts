import { create } from "@bufbuild/protobuf";
import type { Client, CallOptions as ConnectCallOptions } from "@connectrpc/connect";
import type { SolveEvent as SolveEventMessage } from "@reckon/proto/reckon/orchestrator/v1/event";
import { type OrchestratorService, SolveRequestSchema } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { newKey } from "./new-key.ts";
import { followSolve, type SolvePlace } from "./reconnect.ts";
import { createSolve, type Solve } from "./solve.ts";
import type { SolveEvent } from "./solve-event.ts";
import { solveEventFromProto } from "./solve-event-from-proto.ts";
import type { CallOptions, ResumeOptions, SolveCallOptions, SolveOptions } from "./solve-options.ts";
import { count, problemToProto, solveOptionsToProto } from "./to-proto.ts";
import type { ProblemInput } from "./values.ts";

/** What the calls about solves are made with. */
export interface SolveCallsOptions {
  readonly orchestrator: Client<typeof OrchestratorService>;
  readonly callOptions: (call: CallOptions) => ConnectCallOptions;
  readonly cancel: (solveId: string, call: CallOptions) => Promise<void>;
}

/** The two ways to a solve. */
export interface SolveCalls {
  solve(problem: ProblemInput, options: SolveOptions & SolveCallOptions): Solve;
  resume(solveId: string, options: ResumeOptions): Solve;
}

const leaveTimeoutMs = 2_000;

/** The calls that solve and resume, which go on by themselves where a connection breaks. */
export function createSolveCalls({ orchestrator, callOptions, cancel }: SolveCallsOptions): SolveCalls {
  const resumeEvents = (solveId: string, after: number, call: ConnectCallOptions) =>
    eventsOf(orchestrator.resume({ solveId, afterSequence: BigInt(after) }, call));

  /** The events of a solve from a place on; `ask` asks for one that has not begun. All calls share one deadline. */
  function follow(
    place: SolvePlace,
    { reconnect, deadlineMs, ...call }: Omit<SolveCallOptions, "signal">,
    ask: (call: ConnectCallOptions) => AsyncIterable<SolveEvent>,
  ) {
    return (signal: AbortSignal): AsyncIterable<SolveEvent> => {
      const deadlineAtMs = deadlineMs === undefined ? undefined : performance.now() + deadlineMs;
      const optionsNow = (callSignal: AbortSignal) => {
        if (deadlineAtMs === undefined) return callOptions({ ...call, signal: callSignal });
        const leftMs = Math.max(1, Math.round(deadlineAtMs - performance.now()));
        return callOptions({ ...call, signal: callSignal, deadlineMs: leftMs });
      };
      const calls = {
        open: (callSignal: AbortSignal) => ask(optionsNow(callSignal)),
        resume: (solveId: string, after: number, callSignal: AbortSignal) =>
          resumeEvents(solveId, after, optionsNow(callSignal)),
      };
      if (reconnect !== false) return followSolve(calls, place, reconnect ?? {}, signal);
      return place.solveId === undefined
        ? calls.open(signal)
        : calls.resume(place.solveId, place.afterSequence, signal);
    };
  }

  return {
    solve(problem, options) {
      const { signal, headers, reconnect, deadlineMs, idempotencyKey = newKey() } = options;
      const own = { ...(headers && { headers }) };
      const request = create(SolveRequestSchema, {
        problem: problemToProto(problem),
        options: solveOptionsToProto(options),
        idempotencyKey,
      });
      const call = {
        ...own,
        ...(reconnect !== undefined && { reconnect }),
        ...(deadlineMs !== undefined && { deadlineMs }),
      };
      return createSolve({
        open: follow({ solveId: undefined, afterSequence: 0 }, call, (calling) =>
          eventsOf(orchestrator.solve(request, calling)),
        ),
        cancelById: (solveId) => cancel(solveId, own),
        leave(solveId) {
          const target = solveId === undefined ? { idempotencyKey } : { solveId };
          // Nobody waits for it: a solve that it does not reach ends a little later by itself.
          orchestrator.cancel(target, callOptions({ ...own, deadlineMs: leaveTimeoutMs })).catch(() => undefined);
        },
        ...(signal && { signal }),
      });
    },
    resume(solveId, { after, signal, ...call }) {
      const place = { solveId, afterSequence: count("after", after) ?? 0 };
      return createSolve({
        solveId,
        open: follow(place, call, (calling) => resumeEvents(solveId, 0, calling)),
        cancelById: (id) => cancel(id, { ...(call.headers && { headers: call.headers }) }),
        ...(signal && { signal }),
      });
    },
  };
}

async function* eventsOf(
  responses: AsyncIterable<{ readonly event?: SolveEventMessage }>,
): AsyncGenerator<SolveEvent, void, void> {
  for await (const { event } of responses) if (event) yield solveEventFromProto(event);
}
