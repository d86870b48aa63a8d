import type { HandlerContext, MethodImpl } from "@connectrpc/connect";
import {
  invalidArgument,
  ReckonError,
  type Scoring,
  type ScoringEvent,
  type Verifier,
  type VerifierName,
} from "@reckon/core";
import type * as wire from "@reckon/proto/reckon/verifier/v1/verifier";
import type { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { recordVerdicts } from "@reckon/telemetry";
import {
  assertScoreAnswer,
  assertScoreStep,
  dropSampleFromProto,
  openScoreFromProto,
  scoringEventToProto,
} from "../convert/scoring.ts";
import { eventsUntil } from "../events-until.ts";
import { createScoreSpans, type ScoreSpans } from "./score-spans.ts";

/**
 * VerifierService.Score over any verifier; `select` gives the verifier for the names that a client asks for (empty: all). All
 * scoring of one sample is one `score` span, child of the span that its first request names. A client that leaves, a deadline
 * and a broken request close the scoring at once.
 */
export function serveScoring(
  verifier: Verifier,
  select: (names: readonly VerifierName[]) => Verifier = () => verifier,
): { score: MethodImpl<(typeof VerifierService)["method"]["score"]> } {
  return {
    async *score(requests: AsyncIterable<wire.ScoreRequest>, { signal }: HandlerContext) {
      const commands = requests[Symbol.asyncIterator]();
      const first = (await commands.next()).value?.request;
      if (first?.case !== "open") {
        throw invalidArgument([{ field: "request", description: `begins with ${first?.case ?? "nothing"}, not open` }]);
      }
      const { problem, verifiers } = openScoreFromProto(first.value);
      const chosen = verifiers.length === 0 ? verifier : select(verifiers);
      const scoring = await chosen.open(problem);
      const spans = createScoreSpans();
      for await (const event of score(scoring, signal, spans, () => obey(commands, scoring, spans))) {
        yield scoringEventToProto(event);
      }
    },
  };
}

async function* score(
  scoring: Scoring,
  signal: AbortSignal,
  spans: ScoreSpans,
  feed: () => Promise<void>,
): AsyncGenerator<ScoringEvent, void, void> {
  const events = scoring.events[Symbol.asyncIterator]();
  const close = () => scoring.close();
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  try {
    for await (const event of eventsUntil(events, Promise.resolve().then(feed))) {
      spans.observe(event);
      recordVerdicts(event.verdicts);
      yield event;
    }
  } finally {
    signal.removeEventListener("abort", close);
    scoring.close();
    // Not awaited: a scoring that waits for its models answers only once these have heard of the end.
    events.return?.().catch(() => {});
    spans.endAll();
  }
}

async function obey(commands: AsyncIterator<wire.ScoreRequest>, scoring: Scoring, spans: ScoreSpans): Promise<void> {
  for (;;) {
    const command = await commands.next();
    if (command.done === true) return scoring.finish();
    const { request } = command.value;
    switch (request.case) {
      case "step": {
        assertScoreStep(request.value);
        const { sample, step, text, last, traceparent } = request.value;
        spans.begin(sample, traceparent);
        scoring.step(sample, step, text, last);
        break;
      }
      case "answer": {
        assertScoreAnswer(request.value);
        const { sample, answer, traceparent } = request.value;
        spans.begin(sample, traceparent);
        scoring.answer(sample, answer);
        break;
      }
      case "drop": {
        const sample = dropSampleFromProto(request.value);
        scoring.drop(sample);
        spans.end(sample);
        break;
      }
      case "open":
        throw invalidArgument([{ field: "request", description: "is a second open; a scoring is opened once" }]);
      default:
        throw new ReckonError("invalid-argument", "the request says neither step, answer nor drop");
    }
  }
}
