import { create } from "@bufbuild/protobuf";
import { limits, type Problem, ReckonError, type ScoringEvent, type VerifierName } from "@reckon/core";
import * as wire from "@reckon/proto/reckon/verifier/v1/verifier";
import { convertStrictly } from "./border.ts";
import { sampleIndices } from "./generation.ts";
import { readProblem } from "./problem.ts";
import { verdictFromProto, verdictToProto } from "./sample.ts";

/** The verifiers that a client may ask. */
export const verifierNames: readonly VerifierName[] = ["prm", "checker", "judge", "agreement"];
const stepIndices = { min: 0, max: 4_095 };

/** The opening of a scoring; throws `invalid-argument` with all that is wrong. Empty `verifiers`: all that can. */
export function openScoreFromProto(open: wire.OpenScore): { problem: Problem; verifiers: readonly VerifierName[] } {
  return convertStrictly((border) => {
    const names = border.list("open.verifiers", open.verifiers, { min: 0, max: limits.verifiers }, "names");
    names.forEach((name, index) => {
      if ((verifierNames as readonly string[]).includes(name)) return;
      border.reject(`open.verifiers[${index}]`, `"${name.slice(0, 64)}" is none of ${verifierNames.join(", ")}`);
    });
    const problem = readProblem(border, "open.problem", open.problem);
    return { problem, verifiers: names as VerifierName[] };
  });
}

/** Throws `invalid-argument` where a step is too long or its indices are out of range. */
export function assertScoreStep({ sample, step, text }: wire.ScoreStep): void {
  convertStrictly((border) => {
    border.number("step.sample", sample, sampleIndices);
    border.number("step.step", step, stepIndices);
    border.text("step.text", text, limits.stepBytes);
  });
}

/** Throws `invalid-argument` where an answer is too long or its sample's index is out of range. */
export function assertScoreAnswer({ sample, answer }: wire.ScoreAnswer): void {
  convertStrictly((border) => {
    border.number("answer.sample", sample, sampleIndices);
    border.text("answer.answer", answer, limits.answerBytes);
  });
}

/** The sample to forget; throws `invalid-argument` where its index is out of range. */
export function dropSampleFromProto({ sample }: wire.DropSample): number {
  return convertStrictly((border) => border.number("drop.sample", sample, sampleIndices));
}

/** Verdicts for the wire. */
export function scoringEventToProto(event: ScoringEvent): wire.ScoreResponse {
  return create(wire.ScoreResponseSchema, {
    sample: event.sample,
    subject: event.type === "step-verdicts" ? { case: "step", value: event.step } : { case: "answer", value: true },
    verdicts: event.verdicts.map(verdictToProto),
    verifierTokens: BigInt(event.verifierTokens),
    verifierCostUsd: event.costUsd,
  });
}

/** Verdicts from a response; throws `data-loss` where it does not say what they are about. */
export function scoringEventFromProto({ sample, subject, ...response }: wire.ScoreResponse): ScoringEvent {
  const verdicts = response.verdicts.map(verdictFromProto);
  const cost = response.verifierCostUsd;
  const spent = { verifierTokens: Number(response.verifierTokens), ...(cost !== undefined && { costUsd: cost }) };
  switch (subject.case) {
    case "step":
      return { type: "step-verdicts", sample, step: subject.value, verdicts, ...spent };
    case "answer":
      return { type: "answer-verdicts", sample, verdicts, ...spent };
    default:
      throw new ReckonError("data-loss", "the peer sent verdicts about nothing");
  }
}

/** The answers to compare; throws `invalid-argument` with all that is wrong. */
export function assertEquivalenceRequest(request: wire.CheckEquivalenceRequest): void {
  convertStrictly((border) => {
    const answers = border.list("answers", request.answers, limits.equivalenceAnswers, "answers");
    const bytes = answers.reduce((sum, answer) => sum + Buffer.byteLength(answer), 0);
    if (bytes > limits.promptBytes)
      border.reject("answers", `${bytes} bytes are more than the limit of ${limits.promptBytes}`);
    for (const [index, answer] of answers.entries()) {
      border.text(`answers[${index}]`, answer, limits.answerBytes);
    }
  });
}
