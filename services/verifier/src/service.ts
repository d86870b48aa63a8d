import type { ScoreAggregation, VerifierName } from "@reckon/core";
import type { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import { answerKindFromProto, assertEquivalenceRequest, type ServiceImpl, serveScoring } from "@reckon/rpc";
import { abstainingJudge } from "./abstaining-judge.ts";
import { checkEquivalence } from "./check-equivalence.ts";
import { checkerJudge } from "./checker-judge.ts";
import { createVerifier } from "./create-verifier.ts";
import { createPrmJudge, type OpenPrm } from "./prm-judge.ts";
import type { StepJudge } from "./step-judge.ts";

/** What the verifier works with. */
export interface VerifierServiceOptions {
  /** A process reward model of another kind than the embedded one, in its place. */
  readonly scorer?: StepJudge;
  /** A model as judge; without it `judge` abstains from everything. */
  readonly judge?: StepJudge;
  /** The embedded process reward model; without it the service serves all the same, and `prm` abstains from everything. */
  readonly prm?: OpenPrm;
  /** Why there is no process reward model: what its abstentions say. */
  readonly prmMissing?: string;
  /** How step scores become the process reward model's score of a sample. Default `min`. */
  readonly aggregation?: ScoreAggregation;
  /** Words of the model's training problems, lower case: by them it knows what is out of its field. */
  readonly words?: ReadonlySet<string>;
  /** Who is asked where the client names none. Default: the process reward model and the checker. */
  readonly verifiers?: readonly VerifierName[];
}

/**
 * The handlers of VerifierService. Score asks the process reward model and the checker, or those that the client names; one
 * that this service does not have abstains. The checker knows the right answer of bare expressions and equations exactly:
 * who measures the model asks for `prm` alone.
 */
export function createVerifierService(options: VerifierServiceOptions = {}): ServiceImpl<typeof VerifierService> {
  const missing = options.prmMissing ?? "no process reward model is loaded";
  const { prm, aggregation, words } = options;
  const embedded = () =>
    prm === undefined ? abstainingJudge("prm", missing) : createPrmJudge(prm, aggregation, words);
  const judges = new Map<VerifierName, StepJudge>([
    ["prm", options.scorer ?? embedded()],
    ["checker", checkerJudge],
    ...(options.judge === undefined ? [] : ([["judge", options.judge]] as const)),
  ]);
  const select = (names: readonly VerifierName[]) =>
    createVerifier(
      [...new Set(names)].map(
        (name) => judges.get(name) ?? abstainingJudge(name, `this service has no verifier ${name}`),
      ),
    );
  return {
    ...serveScoring(select(options.verifiers ?? ["prm", "checker"]), select),
    checkEquivalence(request, { signal }) {
      const kind = answerKindFromProto(request.answerKind);
      assertEquivalenceRequest(request);
      return checkEquivalence(request.answers, kind, signal);
    },
  };
}
