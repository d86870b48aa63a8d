import { type Outcome, ReckonError, type SolveEvent, type StopReason } from "@reckon/core";
import type { SolveEvent as WireSolveEvent } from "@reckon/proto/reckon/orchestrator/v1/event";
import type { SolveResponse } from "@reckon/proto/reckon/orchestrator/v1/orchestrator";
import { solveEventFromProto } from "@reckon/rpc";
import { createStopCutter } from "./stop-cutter.ts";
import { createThoughtWriter, type ThoughtWriter } from "./thought-writer.ts";

type Started = Extract<SolveEvent, { type: "solve-started" }>;
type SampleEnded = Extract<SolveEvent, { type: "sample-ended" }>;

/** Hears of a solve as it goes. What it returns is waited for, where it is a promise. */
export interface ChatListener {
  started(event: Started): Promise<void> | undefined;
  thought(text: string): Promise<void> | undefined;
  /** A part of the answer, of one that cannot be taken back. */
  content(text: string): Promise<void> | undefined;
  /** Every event that is no thought. */
  event(event: WireSolveEvent): Promise<void> | undefined;
}

/** How a solve came out, for a chat client. */
export interface ChatResult {
  /** The answer; where no sample stated one, the text of a sample that ended by itself. Cut before the stop texts. */
  readonly content: string;
  /** `length`: thinking ended, by a limit, before there was an answer. */
  readonly finishReason: "stop" | "length";
  /** The sample's text is itself the answer: nothing of it was thought. */
  readonly isDirect: boolean;
  readonly started: Started;
  readonly outcome: Outcome;
}

/**
 * Follows a solve to its end and tells the listener. Where one sample is planned for a problem in free text, there is nothing
 * to vote on: its text is the answer and goes to `content` as it comes. Else texts go to `thought`, and the answer, once it is
 * sure, to `content`. Throws what ends a solve without any answer: `unavailable`, `deadline-exceeded`, `cancelled`.
 */
export async function followSolve(
  events: AsyncIterable<SolveResponse>,
  stops: readonly string[],
  listener: ChatListener,
): Promise<ChatResult> {
  const cutter = createStopCutter(stops);
  const texts = createSampleTexts();
  let writer: ThoughtWriter | undefined;
  let started: Started | undefined;
  let direct: { speaker: number | undefined; content: string; reason: SampleEnded["reason"] | undefined } | undefined;

  const think = (text: string | undefined) => (text ? listener.thought(text) : undefined);
  const say = (text: string) => {
    if (direct === undefined || text === "") return undefined;
    direct.content += text;
    return listener.content(text);
  };
  const begin = (event: Started) => {
    started = event;
    writer = createThoughtWriter(event.plan.samples > 1);
    if (event.plan.samples === 1 && event.answerKind === "text") {
      direct = { speaker: undefined, content: "", reason: undefined };
    }
    return listener.started(event);
  };
  const onText = (sample: number, text: string) => {
    texts.add(sample, text);
    if (direct === undefined) return think(writer?.delta(sample, text));
    direct.speaker ??= sample;
    return sample === direct.speaker ? say(cutter.push(text)) : undefined;
  };
  const onSampleEnd = (event: SampleEnded) => {
    texts.ended(event);
    if (direct === undefined) return think(writer?.ended(event.sample));
    if (event.sample !== direct.speaker) return undefined;
    if (event.reason === "failed") {
      // Another sample takes its place, unless the client has already read a part of this one.
      if (direct.content !== "")
        throw new ReckonError("unavailable", `the answer broke off: ${event.failure ?? "no reason given"}`);
      direct.speaker = undefined;
      return undefined;
    }
    direct.reason = event.reason;
    return say(cutter.end());
  };
  const finish = async (outcome: Outcome): Promise<ChatResult> => {
    if (started === undefined) throw new ReckonError("data-loss", "the solve ended before it had started");
    const common = { started, outcome };
    if (direct !== undefined && direct.content !== "") {
      const finishReason = direct.reason === "stop" ? "stop" : "length";
      return { ...common, content: direct.content, finishReason, isDirect: true };
    }
    await think(writer?.rest());
    const answer = outcome.answer ?? texts.whole();
    if (answer === undefined) assertBounded(outcome);
    const content = cutter.push(answer ?? "") + cutter.end();
    if (content !== "") await listener.content(content);
    return { ...common, content, finishReason: answer === undefined ? "length" : "stop", isDirect: false };
  };

  for await (const { event: wire } of events) {
    if (wire === undefined) continue;
    if (wire.event.case === "thoughtDelta") {
      const { sample, text } = wire.event.value;
      await onText(sample, text);
      continue;
    }
    const { event } = solveEventFromProto(wire);
    if (event.type === "solve-started") await begin(event);
    await listener.event(wire);
    if (event.type === "sample-ended") await onSampleEnd(event);
    if (event.type === "solve-ended") return finish(event.outcome);
  }
  throw new ReckonError("unavailable", "the solve broke off before it had ended");
}

/** Texts of samples, kept until one has voted. */
function createSampleTexts() {
  const texts = new Map<number, string>();
  let whole: string | undefined;
  let voted = false;
  return {
    add(sample: number, text: string) {
      if (!voted) texts.set(sample, (texts.get(sample) ?? "") + text);
    },
    ended({ sample, reason, vote }: SampleEnded) {
      if (vote !== undefined) {
        voted = true;
        texts.clear();
      } else if (reason === "stop") whole ??= texts.get(sample);
    },
    /** The text of the first sample that ended by itself, where none stated an answer. */
    whole: () => (voted ? undefined : whole),
  };
}

const withoutAnswer: Partial<Record<StopReason, ConstructorParameters<typeof ReckonError>[0]>> = {
  deadline: "deadline-exceeded",
  cancelled: "cancelled",
  failed: "unavailable",
  draining: "unavailable",
};

/** Throws where an outcome has no answer for a reason other than the limits of its plan and of its ledger. */
function assertBounded({ stopReason, failure }: Outcome): void {
  const bounded = ["budget", "exhausted", "no-gain", "confident"].includes(stopReason);
  if (bounded) return;
  const code = withoutAnswer[stopReason] ?? "unavailable";
  throw new ReckonError(code, failure ?? `the solve ended without an answer (${stopReason})`);
}
