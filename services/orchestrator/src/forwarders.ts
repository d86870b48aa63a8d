import { DifficultyService } from "@reckon/proto/reckon/difficulty/v1/difficulty";
import { ModelService } from "@reckon/proto/reckon/model/v1/model";
import { VerifierService } from "@reckon/proto/reckon/verifier/v1/verifier";
import type { ConnectRouter, RpcClient } from "@reckon/rpc";

/** Clients of the services behind the public address. */
export interface InnerClients {
  readonly difficulty: RpcClient<typeof DifficultyService>;
  readonly model: RpcClient<typeof ModelService>;
  readonly verifier: RpcClient<typeof VerifierService>;
}

/**
 * Serves, at the public address, what clients need of the services behind it: estimates, models, equivalence. Signal, deadline
 * and trace pass on by themselves. Everything else of those services answers UNIMPLEMENTED here.
 */
export function forwardInner(router: ConnectRouter, { difficulty, model, verifier }: InnerClients): void {
  router.service(DifficultyService, {
    estimate: (request) => difficulty.estimate(request),
    estimateBatch: (request) => difficulty.estimateBatch(request),
  });
  router.service(ModelService, { listModels: (request) => model.listModels(request) });
  router.service(VerifierService, { checkEquivalence: (request) => verifier.checkEquivalence(request) });
}
