export { checkerJudge } from "./checker-judge.ts";
export { createVerifier } from "./create-verifier.ts";
export { type LoadedPrm, loadPrm } from "./load-prm.ts";
export { createModelJudge, type ModelJudgeOptions } from "./model-judge.ts";
export { createPoolingJudge } from "./pooling-judge.ts";
export { createPrmJudge, type OpenPrm } from "./prm-judge.ts";
export { createVerifierService, type VerifierServiceOptions } from "./service.ts";
export type { Judgement, JudgeScoring, StepJudge } from "./step-judge.ts";
