import { create } from "@bufbuild/protobuf";
import { AsyncQueue, ReckonError, type Scoring, type ScoringEvent, type VerifierName } from "@reckon/core";
import { type ScoreRequest, ScoreRequestSchema, type ScoreResponse } from "@reckon/proto/reckon/verifier/v1/verifier";
import { scoringEventFromProto } from "../convert/scoring.ts";
import { currentTraceparent } from "../trace-context.ts";

/**
 * A scoring over one Score call. Each step and each answer brings exactly one event. Where the call breaks, what waits is
 * answered by an abstention of each verifier with the reason, and then `events` throws the error, so that whoever reads them
 * can go on without verdicts and say so. What a dropped sample still waits for is not waited for any more, but is passed on
 * where it comes: it says what was spent.
 */
export function createRemoteScoring(
  names: readonly VerifierName[],
  requests: AsyncQueue<ScoreRequest>,
  call: (signal: AbortSignal) => AsyncIterable<ScoreResponse>,
): Scoring {
  const controller = new AbortController();
  /** What was asked and not answered, by sample: steps by index, the answer as "answer". */
  const waiting = new Map<number, Set<number | "answer">>();
  /** The same of samples that were dropped. */
  const abandoned = new Map<number, Set<number | "answer">>();
  let broken: ReckonError | undefined;
  let finished = false;
  const close = () => {
    finished = true;
    waiting.clear();
    abandoned.clear();
    requests.end();
    controller.abort(new ReckonError("cancelled", "the scoring was closed"));
    events.end();
  };
  const events = new AsyncQueue<ScoringEvent>(close);
  const endIfDone = () => {
    if (finished && waiting.size === 0) events.end();
  };
  /** Takes a subject off the list; false where nobody waits for it. */
  const settle = (sample: number, subject: number | "answer", list = waiting) => {
    const subjects = list.get(sample);
    const waited = subjects?.delete(subject) ?? false;
    if (subjects?.size === 0) list.delete(sample);
    return waited;
  };
  const abstain = (sample: number, subject: number | "answer", { message }: ReckonError) => {
    if (!settle(sample, subject)) return;
    const abstention = `the verifier service failed: ${message}`;
    const said = { sample, verdicts: names.map((verifier) => ({ verifier, abstention })), verifierTokens: 0 };
    events.push(
      subject === "answer" ? { type: "answer-verdicts", ...said } : { type: "step-verdicts", step: subject, ...said },
    );
  };
  const breakOff = (error: ReckonError) => {
    broken = error;
    requests.end();
    for (const [sample, subjects] of [...waiting]) for (const subject of [...subjects]) abstain(sample, subject, error);
    endIfDone();
    events.fail(error);
  };
  const run = async () => {
    try {
      for await (const response of call(controller.signal)) {
        const event = scoringEventFromProto(response);
        const subject = event.type === "step-verdicts" ? event.step : "answer";
        if (settle(event.sample, subject)) events.push(event);
        // The verdict may have crossed the drop on its way; nobody counts with it any more.
        else if (settle(event.sample, subject, abandoned)) events.push({ ...event, verdicts: [] });
        endIfDone();
      }
      breakOff(new ReckonError("unavailable", "the call ended early"));
    } catch (error) {
      breakOff(ReckonError.from(error));
    }
  };
  void run();

  const ask = (sample: number, subject: number | "answer", request: ScoreRequest) => {
    // Whoever reads the events is told of the broken call by them.
    if (broken !== undefined) return;
    if (finished) throw new ReckonError("failed-precondition", `sample ${sample} was sent for scoring after finish`);
    const subjects = waiting.get(sample) ?? new Set();
    waiting.set(sample, subjects.add(subject));
    requests.push(request);
  };
  return {
    events,
    step(sample, step, text, last) {
      const value = { sample, step, text: textForWire(text), last, traceparent: currentTraceparent() };
      ask(sample, step, create(ScoreRequestSchema, { request: { case: "step", value } }));
    },
    answer(sample, answer) {
      const value = { sample, answer: textForWire(answer), traceparent: currentTraceparent() };
      ask(sample, "answer", create(ScoreRequestSchema, { request: { case: "answer", value } }));
    },
    drop(sample) {
      const subjects = waiting.get(sample);
      if (subjects !== undefined) abandoned.set(sample, subjects);
      waiting.delete(sample);
      if (broken === undefined)
        requests.push(create(ScoreRequestSchema, { request: { case: "drop", value: { sample } } }));
      endIfDone();
    },
    finish() {
      finished = true;
      requests.end();
      endIfDone();
    },
    close,
  };
}

/** A model may write what the border refuses: NUL goes as U+FFFD, so that one odd sample does not end the scoring of all. */
function textForWire(text: string): string {
  return text.replaceAll("\0", "\ufffd");
}
