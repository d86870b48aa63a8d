import { context, type Span, trace } from "@opentelemetry/api";
import type { ScoringEvent, Verdict } from "@reckon/core";
import { attributes, spanNames, tracer } from "@reckon/telemetry";
import { contextOfTraceparent } from "../trace-context.ts";

/** The `score` spans of one call: one a sample, from its first request until it is dropped or the call ends. */
export interface ScoreSpans {
  /** Begins the sample's span, if it has none, as child of the span that `traceparent` names, else of the call's own. */
  begin(sample: number, traceparent: string | undefined): void;
  observe(event: ScoringEvent): void;
  end(sample: number): void;
  endAll(): void;
}

interface Scored {
  readonly span: Span;
  steps: number;
  tokens: number;
  abstentions: number;
  lowest: number | undefined;
  lastVerdictAt: number;
}

/** No spans yet. */
export function createScoreSpans(): ScoreSpans {
  const scored = new Map<number, Scored>();
  const inherited = context.active();
  const end = (sample: number) => {
    const entry = scored.get(sample);
    if (entry === undefined) return;
    scored.delete(sample);
    entry.span.setAttributes({
      [attributes.scoredSteps]: entry.steps,
      [attributes.verifierTokens]: entry.tokens,
      [attributes.abstentions]: entry.abstentions,
      [attributes.lowestScore]: entry.lowest,
    });
    // The span covers the scoring, not the time for which the call stayed open after it.
    entry.span.end(entry.lastVerdictAt);
  };
  return {
    begin(sample, traceparent) {
      if (scored.has(sample)) return;
      const parent = traceparent === undefined ? inherited : contextOfTraceparent(traceparent);
      const span = tracer().startSpan(spanNames.score, { attributes: { [attributes.sampleIndex]: sample } }, parent);
      if (!span.isRecording() && trace.getSpan(parent) === undefined) return;
      scored.set(sample, { span, steps: 0, tokens: 0, abstentions: 0, lowest: undefined, lastVerdictAt: Date.now() });
    },
    observe(event) {
      const entry = scored.get(event.sample);
      if (entry === undefined) return;
      if (event.type === "step-verdicts") entry.steps += 1;
      entry.tokens += event.verifierTokens;
      entry.lastVerdictAt = Date.now();
      for (const verdict of event.verdicts) note(entry, verdict);
    },
    end,
    endAll() {
      for (const sample of [...scored.keys()]) end(sample);
    },
  };
}

function note(entry: Scored, verdict: Verdict): void {
  if ("abstention" in verdict) entry.abstentions += 1;
  else entry.lowest = Math.min(entry.lowest ?? 1, verdict.score);
}
