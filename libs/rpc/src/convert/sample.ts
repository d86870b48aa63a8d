import { create } from "@bufbuild/protobuf";
import type { SampleEnd, SampleUsage, Verdict, VerifierName } from "@reckon/core";
import * as outcome from "@reckon/proto/reckon/types/v1/outcome";
import * as wire from "@reckon/proto/reckon/types/v1/sample";
import { createEnumMap } from "./enum-map.ts";

/** Reasons for which samples end. */
export const sampleEnds = createEnumMap<SampleEnd, wire.SampleEnd>(wire.SampleEndSchema, {
  stop: wire.SampleEnd.STOP,
  length: wire.SampleEnd.LENGTH,
  cancelled: wire.SampleEnd.CANCELLED,
  pruned: wire.SampleEnd.PRUNED,
  failed: wire.SampleEnd.FAILED,
});

/** Tokens of a sample for the wire. */
export function sampleUsageToProto(usage: SampleUsage): wire.SampleUsage {
  return create(wire.SampleUsageSchema, {
    promptTokens: BigInt(usage.promptTokens),
    cachedPromptTokens: BigInt(usage.cachedPromptTokens),
    outputTokens: BigInt(usage.outputTokens),
  });
}

/** Tokens of a sample from a response; none where absent. */
export function sampleUsageFromProto(usage: wire.SampleUsage | undefined): SampleUsage {
  return {
    promptTokens: Number(usage?.promptTokens ?? 0),
    cachedPromptTokens: Number(usage?.cachedPromptTokens ?? 0),
    outputTokens: Number(usage?.outputTokens ?? 0),
  };
}

/** A verdict for the wire. */
export function verdictToProto(verdict: Verdict): outcome.Verdict {
  return create(outcome.VerdictSchema, {
    verifier: verdict.verifier,
    verdict:
      "score" in verdict ? { case: "score", value: verdict.score } : { case: "abstention", value: verdict.abstention },
  });
}

/** A verdict from a response; one that says nothing is an abstention. */
export function verdictFromProto({ verifier, verdict }: outcome.Verdict): Verdict {
  const name = verifier as VerifierName;
  if (verdict.case === "score") return { verifier: name, score: verdict.value };
  return { verifier: name, abstention: verdict.value ?? "the verifier gave no reason" };
}
